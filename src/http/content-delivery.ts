/** Sends stored bytes as a download: conditional, with ranges, and safe in a browser. */
import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import contentDisposition from 'content-disposition'
import mime from 'mime'
import { isVisible, withoutBidiControls } from '../domain/display-text.ts'
import { DomainError } from '../domain/errors.ts'
import { entityTag, isNotModified } from './conditional.ts'
import type { HttpResponse } from './endpoint.ts'
import { problemOf } from './problem.ts'

export interface StoredContent {
  /** identifies the bytes: their hash */
  tag: string
  /** bytes */
  size: number
  contentType: string
  /** the file name is derived from it */
  name: string
  /** hexadecimal, where it is known: a client can check what it has assembled from several ranges */
  sha256: string | null
  /** @throws DomainError content-damaged, unavailable */
  open(range?: ByteRange): Promise<Readable>
}

export interface ByteRange {
  start: number
  /** inclusive */
  end: number
}

export interface DownloadRequest {
  headers: IncomingHttpHeaders
  head: boolean
  requestId: string
}

export async function deliver(content: StoredContent, request: DownloadRequest): Promise<HttpResponse> {
  const { size } = content
  const cacheable = { etag: entityTag(content.tag), 'cache-control': 'private, no-cache' }
  if (isNotModified(request.headers['if-none-match'], content.tag)) return { status: 304, headers: cacheable }

  const range = request.head ? undefined : rangeOf(request.headers, content)
  if (range === 'unsatisfiable') return unsatisfiable(size, request.requestId)

  const headers: Record<string, string> = {
    ...cacheable,
    'accept-ranges': 'bytes',
    'content-type': content.contentType,
    'content-length': String(range ? range.end - range.start + 1 : size),
    // Untrusted content must not run in the origin of the service.
    'content-disposition': dispositionOf(fileName(content.name, content.contentType)),
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
    // No page of another origin embeds it.
    'cross-origin-resource-policy': 'same-origin',
    // Of the whole content, also beside a range of it (RFC 9530, 3).
    ...(content.sha256 !== null && { 'repr-digest': `sha-256=:${base64Of(content.sha256)}:` }),
    ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${size}` }),
  }
  const stream = request.head ? Readable.from([]) : await content.open(range)
  return { status: range ? 206 : 200, headers, stream }
}

const base64Of = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')

/**
 * The requested range (RFC 9110, 14.2), or undefined to send everything, also for several ranges and for an invalid
 * header. Own code because range-parser rejects a suffix that is longer than the content.
 */
function rangeOf(
  headers: IncomingHttpHeaders,
  { size, tag }: Pick<StoredContent, 'size' | 'tag'>,
): ByteRange | 'unsatisfiable' | undefined {
  const ifRange = headers['if-range']
  if (ifRange !== undefined && ifRange !== entityTag(tag)) return undefined
  const [, first, last] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(headers.range ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  if (first === '') {
    const start = Math.max(size - Number(last), 0)
    return start < size ? { start, end: size - 1 } : 'unsatisfiable'
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return undefined
  if (start >= size) return 'unsatisfiable'
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
}

function unsatisfiable(size: number, requestId: string): HttpResponse {
  const error = new DomainError('range-not-satisfiable', `header range: the content has ${size} bytes`)
  return {
    status: 416,
    headers: { 'content-range': `bytes */${size}`, 'content-type': 'application/problem+json' },
    text: JSON.stringify(problemOf(error, requestId)),
  }
}

/** `filename` in ASCII, and `filename*` (RFC 8187) where that differs from the name (RFC 6266, 5 and appendix D). */
function dispositionOf(name: string): string {
  const fallback = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^ -~]+/g, '_')
  return contentDisposition(name, { fallback })
}

/** The name with the extension of the type, unless it has one that means the same. */
export function fileName(name: string, contentType: string): string {
  // Control characters and separators; a leading dot would hide the file.
  const clean = withoutBidiControls(name)
    .replace(/[\p{Cc}/\\]+/gu, '_')
    .replace(/^\.+/, '_')
    .trim()
  const plain = isVisible(clean) ? clean : 'content'
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase()
  const extension = mime.getExtension(type)
  const fits = type === 'application/octet-stream' ? /\.\w{1,10}$/.test(plain) : mime.getType(plain) === type
  return fits || extension === null ? plain : `${plain}.${extension}`
}
