import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { textKey } from '../domain/content-key.ts'
import type { Extraction } from './extraction.ts'

/** Raised when the readers find more than before: what an earlier version has read is read again. */
const EXTRACTION_VERSION = 1
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
  extraction: Extraction
}

/**
 * What was read of a content of this type, whichever document has it; undefined where it was not read, by an older version,
 * or where the object is damaged: then the content is read again.
 * @throws DomainError unavailable
 */
export async function findText(
  objects: Pick<TextObjects, 'get'>,
  { content_sha256, content_type }: ReadableContent,
): Promise<Extraction | undefined> {
  if (content_sha256 === null) return undefined
  const stream = await objects.get('documents', textKey(content_sha256, content_type))
  if (stream === undefined) return undefined
  const bytes = await buffer(stream)
  try {
    const json = await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES })
    const { version, extraction } = JSON.parse(json.toString()) as KeptText
    return version === EXTRACTION_VERSION ? extraction : undefined
  } catch {
    return undefined
  }
}

/** Keeps what was read for all documents with this content. @throws DomainError unavailable */
export async function keepText(
  objects: Pick<TextObjects, 'put'>,
  { content_sha256, content_type }: ReadableContent,
  extraction: Extraction,
): Promise<void> {
  if (content_sha256 === null) return
  const kept: KeptText = { version: EXTRACTION_VERSION, extraction }
  const bytes = await promisify(gzip)(JSON.stringify(kept))
  const options = { contentType: 'application/gzip', maxBytes: bytes.length }
  await objects.put('documents', textKey(content_sha256, content_type), bytes, options)
}
