type Style = (text: string) => string

const plain: Style = (text) => text

/** Rows as lines with aligned columns. The style of a column is applied after the padding. */
export function table(rows: readonly (readonly string[])[], styles: readonly Style[] = []): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => [...(row[column] ?? '')].length)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const last = column === row.length - 1
        const padding = last ? '' : ' '.repeat(widths[column]! - [...cell].length)
        return (styles[column] ?? plain)(cell) + padding
      })
      .join('  ')
      .trimEnd(),
  )
}
