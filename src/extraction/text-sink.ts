/** Collects pieces of text up to a size. Readers stop when it is full. */
export interface TextSink {
  /** Appends the piece, cut off at the size. */
  push(piece: string): void
  readonly full: boolean
  text(): string
}

/** @param maxChars UTF-16 code units */
export function createTextSink(maxChars: number): TextSink {
  const pieces: string[] = []
  let left = maxChars
  let full = false
  return {
    push(piece) {
      if (full || piece === '') return
      if (piece.length > left) full = true
      pieces.push(full ? piece.slice(0, left) : piece)
      left -= Math.min(left, piece.length)
    },
    get full() {
      return full
    },
    text: () => pieces.join(''),
  }
}
