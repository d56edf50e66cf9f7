/** Bodies that are streamed to storage: multipart forms (RFC 7578) and raw bytes. */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import busboy from 'busboy'
import { DomainError, invalidField } from '../domain/errors.ts'
import { mediaType } from './fields.ts'
import { createFileTypeWatch } from './file-type-watch.ts'

export interface Form {
  file: {
    /** which of the names that it may have */
    field: string
    /** from the client, without folders */
    name: string | undefined
    /** of the part, with its parameters; undefined where the client did not know it */
    contentType: string | undefined
    /** throws DomainError malformed-request where the form ends early */
    body: AsyncIterable<Uint8Array>
  }
  /**
   * The fields before and after the file; call it once the file was read.
   * @throws DomainError malformed-request, validation-failed
   */
  fields(): Promise<Record<string, string>>
}

const LIMITS = { fields: 20, fieldNameSize: 100, fieldSize: 64 * 1024, files: 2, parts: 25, headerPairs: 20 }

/**
 * Reads a form with one file up to the beginning of the file.
 * @param fileFields names that the part of the file may have
 * @throws DomainError malformed-request, validation-failed
 */
export function openForm(request: IncomingMessage, fileFields: readonly string[]): Promise<Form> {
  const parser = openParser(request)
  const fields: Record<string, string> = {}
  const watch = createFileTypeWatch(request.headers['content-type'] ?? '')
  let file: Readable | undefined

  return new Promise((resolve, reject) => {
    const ended = new Promise<Record<string, string>>((resolveFields, rejectFields) => {
      const fail = (error: DomainError): void => {
        request.off('data', watch.write).unpipe(parser)
        reject(error)
        rejectFields(error)
        file?.destroy(error)
      }
      const refuse = (field: string, detail: string): void => fail(invalidField(field, detail))
      parser.on('file', (field, content, { filename, mimeType }) => {
        // The reader of the file gets its errors.
        content.on('error', () => {})
        if (file) return refuse(field, 'must be the only file')
        if (!fileFields.includes(field))
          return refuse(field, `the file's part must be named ${fileFields[0]}`)
        file = content
        request.off('data', watch.write)
        const contentType =
          mimeType === 'application/octet-stream' ? undefined : typeOf(mimeType, watch.fileType)
        resolve({
          file: { field, name: filename || undefined, contentType, body: bodyOf(content) },
          fields: () => ended,
        })
      })
      parser.on('field', (field, value, { nameTruncated, valueTruncated }) => {
        if (nameTruncated || valueTruncated)
          return refuse(field, `must have at most ${LIMITS.fieldSize} bytes`)
        if (fileFields.includes(field)) return refuse(field, 'must be a file: a part with a filename')
        fields[field] = value
      })
      for (const limit of ['partsLimit', 'fieldsLimit', 'filesLimit'] as const) {
        parser.on(limit, () => refuse('body', `must have one file and at most ${LIMITS.fields} fields`))
      }
      parser.on('error', (error) => fail(malformed('the body is not a multipart form', error)))
      parser.on('close', () => {
        if (file) resolveFields(fields)
        else refuse(fileFields[0]!, 'is required: a part with a filename')
      })
      request.on('error', (error) => fail(malformed('the body ended early', error)))
      request.on('close', () => request.complete || fail(malformed('the body ended early')))
      // Before the parser, which tells of the file while it reads a chunk.
      request.on('data', watch.write).pipe(parser)
    })
    ended.catch(() => {})
  })
}

/** The type as it was sent, unless it is not valid as a whole. */
function typeOf(mimeType: string, sent: string | undefined): string {
  return sent?.toLowerCase().startsWith(mimeType) && mediaType.safeParse(sent).success ? sent : mimeType
}

async function* bodyOf(file: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* file as AsyncIterable<Buffer>
  } catch (error) {
    throw error instanceof DomainError ? error : malformed('the body is not a multipart form', error)
  }
}

/** The bytes of the body. The connection stays open when the reader stops early, so that a response can be sent. */
export async function* rawBody(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  } catch (error) {
    throw malformed('the body ended before its Content-Length', error)
  }
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
