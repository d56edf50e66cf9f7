/** Opaque cursors of lists: where a page ended, so that the next one begins there at the same cost. */
import { createHash } from 'node:crypto'
import { invalidField } from '../domain/errors.ts'
import { canonicalUuid } from '../domain/uuid.ts'

/** The last row of a page: its sort key, and its id for rows that share the key. */
export interface CursorPlace {
  key: string
  id: string
}

const MAX_CURSOR_CHARS = 4_000

/**
 * @param order the list's sort and filters, anything that JSON can say: a cursor is only good for the same ones
 */
export function encodeCursor({ key, id }: CursorPlace, order: unknown): string {
  return Buffer.from(JSON.stringify([fingerprint(order), key, id])).toString('base64url')
}

/**
 * @param isKey whether a text can be a key of this list
 * @throws DomainError validation-failed naming `query.cursor`
 */
export function decodeCursor(cursor: string, order: unknown, isKey: (key: string) => boolean): CursorPlace {
  const parts = parse(cursor)
  if (!parts) throw invalidField('query.cursor', 'must be one that the header Link of a page has given')
  const [print, key, id] = parts
  if (print !== fingerprint(order)) {
    throw invalidField(
      'query.cursor',
      'belongs to a list with another sort or other filters; begin without a cursor',
    )
  }
  if (!isKey(key)) throw invalidField('query.cursor', 'must be one that the header Link of a page has given')
  return { key, id }
}

/** The header Link (RFC 8288) of a page that has a next one; `query` is what the page was asked with. */
export function nextLink(
  path: string,
  query: Record<string, string | number | undefined>,
  cursor: string,
): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, String(value))
  parameters.set('cursor', cursor)
  return `<${path}?${parameters.toString()}>; rel="next"`
}

function parse(cursor: string): [print: string, key: string, id: string] | undefined {
  const bytes = Buffer.from(cursor.slice(0, MAX_CURSOR_CHARS), 'base64url')
  if (bytes.toString('base64url') !== cursor) return undefined
  try {
    const parts: unknown = JSON.parse(bytes.toString())
    if (!Array.isArray(parts) || parts.length !== 3 || !parts.every((part) => typeof part === 'string'))
      return undefined
    const [print, key, id] = parts as [string, string, string]
    return canonicalUuid(id) === id ? [print, key, id] : undefined
  } catch {
    return undefined
  }
}

function fingerprint(order: unknown): string {
  return createHash('sha256').update(JSON.stringify(order)).digest('base64url').slice(0, 8)
}
