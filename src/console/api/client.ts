/** The REST interface of docmgr, with the types of its own OpenAPI description. */
import createClient from 'openapi-fetch'
import { Problem } from './problem.ts'
import type { components, paths } from './schema.ts'

export type Document = components['schemas']['Document']
export type SearchHit = components['schemas']['SearchHit']
export type Signature = components['schemas']['Signature']
export type Permissions = components['schemas']['DocumentPermissions']
export type Grant = components['schemas']['Grant']
export type HistoryEntry = components['schemas']['HistoryEntry']
export type Person = components['schemas']['Person']
export type ApiKey = components['schemas']['ApiKey']
export type DeadLetter = components['schemas']['DeadLetter']
export type TextPart = components['schemas']['ExtractedText']['parts'][number]
export type DocumentStatus = Document['status']

export const api = createClient<paths>({ baseUrl: '/' })

/** The most that one request answers. */
const PAGE_LIMIT = 200

let onUnauthenticated = (): void => {}

/** @param callback called when a request is refused because nobody is logged in */
export function watchSession(callback: () => void): void {
  onUnauthenticated = callback
}

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/**
 * What a request answered with.
 * @throws Problem
 */
export async function answerOf<T>(request: Promise<Answer<T>>): Promise<{ data: T; response: Response }> {
  const { data, error, response } = await request.catch((cause: Error) => {
    if (cause.name === 'AbortError') throw cause
    throw new Problem('unreachable', 0)
  })
  if (response.status === 401) onUnauthenticated()
  if (!response.ok) throw Problem.of(error, response.status)
  return { data: data as T, response }
}

/** @throws Problem */
export async function dataOf<T>(request: Promise<Answer<T>>): Promise<T> {
  return (await answerOf(request)).data
}

/**
 * The first `count` rows of a list that is read in pages, in as few requests as possible.
 * @param pageOf a request for a page
 * @throws Problem
 */
export async function readRows<T>(
  count: number,
  pageOf: (query: { limit: number; cursor?: string }) => Promise<Answer<T[]>>,
): Promise<{ rows: T[]; hasMore: boolean }> {
  const rows: T[] = []
  let cursor: string | undefined
  do {
    const limit = Math.min(count - rows.length, PAGE_LIMIT)
    const { data, response } = await answerOf(pageOf({ limit, ...(cursor !== undefined && { cursor }) }))
    rows.push(...data)
    cursor = nextCursor(response)
  } while (cursor !== undefined && rows.length < count)
  return { rows, hasMore: cursor !== undefined }
}

/** The cursor of the next page, in the header Link (RFC 8288). */
export function nextCursor(response: Response): string | undefined {
  const [, path] = /<([^>]+)>; rel="next"/.exec(response.headers.get('Link') ?? '') ?? []
  return path === undefined
    ? undefined
    : (new URL(path, location.origin).searchParams.get('cursor') ?? undefined)
}
