import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { textKey } from '../domain/content-key.ts'
import type { Extraction } from './extraction.ts'
import { isUnfinished } from './ocr/scan-state.ts'

/**
 * Raised when the readers find more than before. What an earlier version has read is shown and indexed until it is read again.
 * 3: images in documents are noted for OCR.
 */
const EXTRACTION_VERSION = 3
/** Earlier versions kept no hash. No reader uses their texts: the content is read again. */
const FIRST_HASHED_VERSION = 2
/** Of the JSON, in bytes: a limit for objects that docmgr did not write. */
const MAX_BYTES = 64 * 1024 * 1024

/** What is needed of the object storage (ports/blobs/port.ts). */
interface TextObjects {
  get(bucket: 'documents', key: string): Promise<Readable | undefined>
  put(
    bucket: 'documents',
    key: string,
    body: Uint8Array,
    options: { contentType: string; maxBytes: number },
  ): Promise<unknown>
}

/** A content that a document has. */
export interface ReadableContent {
  content_sha256: string | null
  content_type: string
}

interface KeptText {
  version: number
  /** of its key and the text: another text under this key does not have it. Since FIRST_HASHED_VERSION. */
  sha256?: string
  extraction: Extraction
}

function sha256Of(key: string, extraction: Extraction): string {
  return createHash('sha256')
    .update(`${key}\n${JSON.stringify(extraction)}`)
    .digest('hex')
}

/**
 * What was read of a content of this type, whichever document has it; undefined where it was not read,
 * or where the object is damaged: then the content is read again.
 * @throws DomainError unavailable
 */
export async function findText(
  objects: Pick<TextObjects, 'get'>,
  content: ReadableContent,
): Promise<Extraction | undefined> {
  return (await findKept(objects, content))?.extraction
}

/**
 * As `findText`, but undefined also for what present readers would read again: what an earlier version has read without OCR.
 * OCR would take its time once more, for pages that have their text.
 * @throws DomainError unavailable
 */
export async function findCurrentText(
  objects: Pick<TextObjects, 'get'>,
  content: ReadableContent,
): Promise<Extraction | undefined> {
  const kept = await findKept(objects, content)
  if (kept === undefined || isOutdated(kept)) return undefined
  return kept.extraction
}

/** Whether reading this content again would give OCR something that it has not read. @throws DomainError unavailable */
export async function hasUnread(
  objects: Pick<TextObjects, 'get'>,
  content: ReadableContent,
): Promise<boolean> {
  const kept = await findKept(objects, content)
  return kept !== undefined && (isOutdated(kept) || isUnfinished(kept.extraction))
}

const isOutdated = ({ version, extraction: { scan } }: KeptText): boolean =>
  version < EXTRACTION_VERSION && scan?.spentMs === undefined

async function findKept(
  objects: Pick<TextObjects, 'get'>,
  { content_sha256, content_type }: ReadableContent,
): Promise<KeptText | undefined> {
  if (content_sha256 === null) return undefined
  const text = (await readKept(objects, textKey(content_sha256, content_type)))?.text
  if (text === undefined) return undefined
  return text.version >= FIRST_HASHED_VERSION && text.version <= EXTRACTION_VERSION ? text : undefined
}

/**
 * What is wrong with the object that keeps a text, as a sentence; undefined where it is well, or is not there any more.
 * @throws DomainError unavailable
 */
export async function problemOfKeptText(
  objects: Pick<TextObjects, 'get'>,
  key: string,
): Promise<string | undefined> {
  return (await readKept(objects, key))?.problem
}

async function readKept(
  objects: Pick<TextObjects, 'get'>,
  key: string,
): Promise<{ text?: KeptText; problem?: string } | undefined> {
  const stream = await objects.get('documents', key)
  if (stream === undefined) return undefined
  const bytes = await buffer(stream)
  try {
    const json = await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES })
    const text = JSON.parse(json.toString()) as KeptText
    const { version, sha256, extraction } = text
    const isWithoutHash = sha256 === undefined && version < FIRST_HASHED_VERSION
    if (isWithoutHash || sha256 === sha256Of(key, extraction)) return { text }
    return { problem: 'its SHA-256 is not the one of its key and text' }
  } catch {
    return { problem: 'it cannot be read' }
  }
}

/** Keeps what was read for all documents with this content. @throws DomainError unavailable */
export async function keepText(
  objects: Pick<TextObjects, 'put'>,
  { content_sha256, content_type }: ReadableContent,
  extraction: Extraction,
): Promise<void> {
  if (content_sha256 === null) return
  const key = textKey(content_sha256, content_type)
  const sha256 = sha256Of(key, extraction)
  const kept: KeptText = { version: EXTRACTION_VERSION, sha256, extraction }
  const bytes = await promisify(gzip)(JSON.stringify(kept))
  const options = { contentType: 'application/gzip', maxBytes: bytes.length }
  await objects.put('documents', key, bytes, options)
}
