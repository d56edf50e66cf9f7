import { z } from 'zod'
import type { ReachOf } from '../../domain/access.ts'
import {
  ACTOR_KINDS,
  HISTORY_ACTIONS,
  type HistoryEntry,
  type KeptEntry,
  PERSONAL_NAMES,
  type PersonalName,
} from '../../domain/history.ts'
import { cursorParameter, decodeCursor, encodeCursor, nextLink } from '../../http/cursor.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams, wholeNumber } from '../../http/fields.ts'
import type { HistoryStore } from './history-store.ts'
import type { ReadDocument } from './read-document.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200

const values = z.object(
  Object.fromEntries(PERSONAL_NAMES.map((name) => [name, z.string().optional()])) as Record<
    PersonalName,
    z.ZodOptional<z.ZodString>
  >,
)

const historyEntry = z
  .object({
    number: z.int().min(1).describe('from 1, without gaps'),
    action: z.enum(HISTORY_ACTIONS),
    at: z.iso.datetime(),
    by: z.enum(ACTOR_KINDS).describe('database: a statement that did not come from docmgr'),
    version: z.int().nullable().describe('of the document, where this is a version of it'),
    details: z.record(z.string(), z.unknown()),
    values: values.describe('what is known of people, and titles'),
    withheld: z.array(z.enum(PERSONAL_NAMES)).describe('values that only owners see'),
    erased: z.array(z.enum(PERSONAL_NAMES)).describe('values that were erased'),
    sha256: z.string().describe('of the entry, which has that of the one before'),
  })
  .meta({ id: 'HistoryEntry' })

/** What those who may read a document see of people in its history. */
const FOR_READERS: readonly PersonalName[] = [
  'actor',
  'created_by',
  'title',
  'old_title',
  'signer_email',
  'signer_name',
]

export interface ListDocumentHistoryOptions {
  history: HistoryStore
  read: ReadDocument
  reachOf: ReachOf
}

export function listDocumentHistory({ history, read, reachOf }: ListDocumentHistoryOptions): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents/{id}/history',
    operationId: 'listDocumentHistory',
    summary: 'Who did what with a document, the newest first',
    description:
      'Only owners and administrators see addresses, programs of clients, and who was given a role.',
    policy: 'read',
    params: idParams,
    query: z.object({
      limit: wholeNumber({ min: 1, max: MAX_LIMIT, fallback: DEFAULT_LIMIT }),
      cursor: cursorParameter,
    }),
    responses: {
      200: {
        description: 'the entries; the header Link names the next page',
        schema: z.array(historyEntry),
        headers: ['Link', 'Cache-Control'],
      },
    },
    problems: ['document-not-found'],
    async handle({ params: { id }, query: { limit, cursor } }, { principal }) {
      await read(id, reachOf(principal, 'read'))
      const order = { history: id }
      const before = cursor === undefined ? undefined : Number(decodeCursor(cursor, order, isNumber).key)
      const [rows, isOwner] = await Promise.all([
        // One more tells whether there is a next page.
        history.list(id, { before, limit: limit + 1 }),
        history.isOwner(id, reachOf(principal, 'share')),
      ])
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      const link =
        last !== undefined && rows.length > limit
          ? nextLink(
              `/documents/${id}/history`,
              { limit },
              encodeCursor({ key: String(last.number), id }, order),
            )
          : undefined
      const headers = { 'cache-control': 'private, no-cache', ...(link !== undefined && { link }) }
      return { status: 200, headers, json: page.map((row) => shown(row, isOwner)) }
    },
  })
}

const isNumber = (key: string): boolean => /^[1-9]\d{0,8}$/.test(key)

function shown({ entry, sha256, salted }: KeptEntry, isOwner: boolean): z.output<typeof historyEntry> {
  const { number, action, at, by, version = null, details, personal = {} } = JSON.parse(entry) as HistoryEntry
  const named = PERSONAL_NAMES.filter((name) => personal[name] !== undefined)
  const isShown = (name: PersonalName): boolean =>
    isOwner || (action !== 'refused' && FOR_READERS.includes(name))
  const kept = named.filter((name) => salted?.[name] !== undefined)
  const known = kept.filter(isShown).map((name) => [name, salted![name]![1]])
  return {
    number,
    action,
    at,
    by,
    version,
    details,
    values: Object.fromEntries(known) as z.output<typeof values>,
    withheld: kept.filter((name) => !isShown(name)),
    erased: named.filter((name) => !kept.includes(name)),
    sha256,
  }
}
