/** Bodies that are streamed to where they are stored: multipart forms (RFC 7578) and raw ones. */
import type { IncomingMessage } from 'node:http'
import busboy from 'busboy'
import { DomainError, invalidField } from '../domain/errors.ts'

/** A file of a form as it was stored. */
export interface StoredFile<Stored> {
  /** what the client calls it, without folders */
  name: string | undefined
  /** of the part; undefined when the client did not know either */
  contentType: string | undefined
  stored: Stored
}

export interface FormOptions<Stored> {
  /** names that the file's part may have */
  fileFields: string[]
  store: (content: AsyncIterable<Uint8Array>) => Promise<Stored>
}

export interface Form<Stored> {
  fields: Record<string, string>
  file: StoredFile<Stored>
}

const LIMITS = { fields: 20, fieldNameSize: 100, fieldSize: 64 * 1024, files: 2, parts: 25, headerPairs: 20 }
/** What is still read of a refused body, so that the client is done writing and reads the answer. */
const DRAIN_BYTES = 16 * 1024 * 1024
const DRAIN_MS = 3_000

/**
 * Reads a form with one file; fields may come before and after it. When it rejects, `store` has settled.
 * @throws DomainError malformed-request, validation-failed, and what `store` throws
 */
export async function readForm<Stored>(
  request: IncomingMessage,
  options: FormOptions<Stored>,
): Promise<Form<Stored>> {
  const parser = openParser(request)
  const fields: Record<string, string> = {}
  let file: { name: string | undefined; contentType: string | undefined; stored: Promise<Stored> } | undefined

  const read = new Promise<void>((resolve, reject) => {
    const refuse = (field: string, detail: string): void => reject(invalidField(field, detail))
    parser.on('file', (field, content, { filename, mimeType }) => {
      // Whoever reads the file gets its error; one that nobody reads has one too when the parser is given up.
      content.on('error', () => {})
      if (file) return refuse(field, 'must be the only file')
      if (!options.fileFields.includes(field))
        return refuse(field, `the file's part must be named ${options.fileFields[0]}`)
      const stored = options.store(content)
      const contentType = mimeType === 'application/octet-stream' ? undefined : mimeType
      file = { name: filename || undefined, contentType, stored }
      stored.catch(reject)
    })
    parser.on('field', (field, value, { nameTruncated, valueTruncated }) => {
      if (nameTruncated || valueTruncated) return refuse(field, `must have at most ${LIMITS.fieldSize} bytes`)
      if (options.fileFields.includes(field)) return refuse(field, 'must be a file: a part with a filename')
      fields[field] = value
    })
    for (const limit of ['partsLimit', 'fieldsLimit', 'filesLimit'] as const) {
      parser.on(limit, () => refuse('body', `must have one file and at most ${LIMITS.fields} fields`))
    }
    parser.on('error', (error) => reject(malformed('the body is not a multipart form', error)))
    parser.on('close', resolve)
    request.on('error', (error) => reject(malformed('the body ended before its end', error)))
    request.on('close', () => request.complete || reject(malformed('the body ended before its end')))
    request.pipe(parser)
  })

  try {
    await read
    if (!file) throw invalidField(options.fileFields[0]!, 'is required: a part with a filename')
    return { fields, file: { ...file, stored: await file.stored } }
  } catch (error) {
    request.unpipe(parser)
    parser.on('error', () => {})
    parser.destroy()
    await file?.stored.catch(() => {})
    throw error
  }
}

/** The bytes of the body as they come; the connection outlives whoever stops reading, so that an answer can be sent. */
export async function* rawBody(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  } catch (error) {
    throw malformed('the body ended before its Content-Length', error)
  }
}

/** Reads on for a while after a refusal; then the connection may be closed on whoever still writes. */
export async function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return
  await new Promise<void>((resolve) => {
    let read = 0
    const timer = setTimeout(resolve, DRAIN_MS)
    request.on('data', (chunk: Buffer) => {
      read += chunk.length
      if (read > DRAIN_BYTES) resolve()
    })
    request
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve())
    request.resume()
    request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer))
  })
  request.pause()
}

function openParser(request: IncomingMessage): busboy.Busboy {
  try {
    return busboy({ headers: request.headers, limits: LIMITS, defParamCharset: 'utf8' })
  } catch (error) {
    throw malformed('the header content-type is not that of a multipart form', error)
  }
}

function malformed(detail: string, cause?: unknown): DomainError {
  return new DomainError('malformed-request', detail, { cause })
}
