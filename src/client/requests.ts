/** Parts of requests and responses that the groups of the client's calls share. */

export const keyed = (key: string): Record<string, string> => ({ 'idempotency-key': key })

export function query(values: Record<string, string | number | readonly string[] | undefined>): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(values)) {
    for (const one of [value ?? []].flat()) parameters.append(key, String(one))
  }
  return parameters.toString()
}

/** The target of `Link: <…>; rel="next"` (RFC 8288). */
export function nextLink(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '')
  return /<([^>]*)>\s*;\s*rel="?next"?/.exec(text)?.[1]
}
