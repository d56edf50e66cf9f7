/** Opaque cursors of lists: the end of a page, so that the next page starts there at the same cost. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { invalidField } from '../domain/errors.ts'
import { canonicalUuid } from '../domain/uuid.ts'

/** The last row of a page: its sort key, and its id for rows that share the key. */
export interface CursorRow {
  key: string
  id: string
}

const MAX_CURSOR_CHARS = 4_000

/** The query parameter, for OpenAPI; `decodeCursor` checks it. */
export const cursorParameter = z
  .string()
  .optional()
  .meta({ override: { pattern: '^[A-Za-z0-9_-]+$', maxLength: MAX_CURSOR_CHARS } })
  .describe('from the header Link of the previous page')

/**
 * @param order the list's sort and filters as JSON; the cursor is valid for the same ones only
 */
export function encodeCursor({ key, id }: CursorRow, order: unknown): string {
  return Buffer.from(JSON.stringify([fingerprint(order), key, id])).toString('base64url')
}

/**
 * @param isKey whether a text can be a key of this list
 * @param isId whether one can be an id
 * @throws DomainError validation-failed naming `query.cursor`
 */
export function decodeCursor(
  cursor: string,
  order: unknown,
  isKey: (key: string) => boolean,
  isId: (id: string) => boolean = (id) => canonicalUuid(id) === id,
): CursorRow {
  const parts = parse(cursor)
  if (!parts) throw invalidField('query.cursor', 'must come from the header Link of a page')
  const [print, key, id] = parts
  if (print !== fingerprint(order)) {
    throw invalidField(
      'query.cursor',
      'belongs to a list with another sort or other filters; start without a cursor',
    )
  }
  if (!isKey(key) || !isId(id)) throw invalidField('query.cursor', 'must come from the header Link of a page')
  return { key, id }
}

/** The header Link (RFC 8288) to the next page. @param query parameters of the current page */
export function nextLink(
  path: string,
  query: Record<string, string | number | readonly string[] | undefined>,
  cursor: string,
): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of [value ?? []].flat()) parameters.append(name, String(one))
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
    return parts as [string, string, string]
  } catch {
    return undefined
  }
}

function fingerprint(order: unknown): string {
  return createHash('sha256').update(JSON.stringify(order)).digest('base64url').slice(0, 8)
}
