/** The forms in which the content of a new document comes: JSON, multipart/form-data, or the raw bytes. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import contentDisposition from 'content-disposition'
import mime from 'mime'
import { z } from 'zod'
import { MAX_TITLE_CHARS } from '../../domain/document.ts'
import { DomainError, invalidField } from '../../domain/errors.ts'
import type { Principal } from '../../domain/request.ts'
import { readJson } from '../../http/body.ts'
import { idempotencyKeyOf } from '../../http/idempotency-key.ts'
import { validationError } from '../../http/problem.ts'
import { rawBody, readForm, type StoredFile } from '../../http/upload.ts'
import type { DocumentFields, Submission } from './create-document.ts'
import { createdBy, mediaType, title } from './document-fields.ts'

const MAX_JSON_BYTES = 32 * 1024 * 1024

const fields = z.object({ title, content_type: mediaType, created_by: createdBy })

/** The JSON form. */
export const jsonForm = (maxBytes: number) => {
  const content = z
    .string('must be a string')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode (it has a lone surrogate)')
    .refine((value) => Buffer.byteLength(value) <= maxBytes, `must have at most ${maxBytes} bytes as UTF-8`)
  const content_type = mediaType.default('text/plain')
  return z.object({ title, content, content_type, created_by: createdBy }, 'must be a JSON object')
}

/** The parts of a form, for its description. */
export const multipartForm = z.object({
  file: z.string().meta({ format: 'binary' }),
  title: title.optional().describe("without it, the file's name"),
  content_type: mediaType.optional().describe("without it, the file's, or that of its name"),
  created_by: createdBy,
})

/** What a raw body says of itself in the query. */
export const rawQuery = z.object({
  title: z
    .string()
    .optional()
    .describe('of a raw body; without it, the file name of the header Content-Disposition'),
  created_by: z.string().optional().describe('of a raw body'),
})
export type RawQuery = z.output<typeof rawQuery>

export interface SubmissionOptions {
  request: IncomingMessage
  query: RawQuery
  principal: Principal
  maxBytes: number
  form: ReturnType<typeof jsonForm>
}

/** @throws DomainError */
export async function submissionOf(options: SubmissionOptions): Promise<Submission> {
  const { headers } = options.request
  const idempotencyKey = idempotencyKeyOf(headers)
  const type = headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase()
  if (type === 'multipart/form-data') return { ...multipart(options), idempotencyKey }
  if (type === 'application/x-www-form-urlencoded') throw urlencoded()
  const isJson = type === undefined || type === 'application/json' || type.endsWith('+json')
  if (isJson && options.query.title === undefined) return { ...(await json(options)), idempotencyKey }
  return { ...raw(options, headers), idempotencyKey }
}

type Form = Omit<Submission, 'idempotencyKey'>

async function json({ request, form, principal }: SubmissionOptions): Promise<Form> {
  const body = await readJson(request, MAX_JSON_BYTES)
  const withOwner = isObject(body) ? { created_by: ownerOf(principal), ...body } : body
  const result = form.safeParse(withOwner)
  if (!result.success) throw validationError(result.error)
  const { content, ...fields } = result.data
  return { store: (put) => put(Buffer.from(content)), fields: () => fields }
}

function multipart({ request, principal }: SubmissionOptions): Form {
  let given: Record<string, string> = {}
  let file: StoredFile<unknown> | undefined
  return {
    async store(put) {
      const form = await readForm(request, { fileFields: ['file', 'content'], store: put })
      given = form.fields
      file = form.file
      return form.file.stored
    },
    fields: () =>
      check({
        title: titleFrom(file?.name),
        content_type: file?.contentType ?? typeFrom(file?.name),
        created_by: ownerOf(principal),
        ...given,
      }),
  }
}

function raw({ request, query, principal, maxBytes }: SubmissionOptions, headers: IncomingHttpHeaders): Form {
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw new DomainError(
      'unsupported-media-type',
      `header content-encoding: ${encoding.slice(0, 50)} is not supported`,
    )
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) {
    throw new DomainError('payload-too-large', `the content must have at most ${maxBytes} bytes`)
  }
  const name = fileNameOf(headers['content-disposition'])
  const content_type = headers['content-type']?.trim() ?? 'application/octet-stream'
  const defaults = { title: titleFrom(name), created_by: ownerOf(principal) }
  // Checked at once: nothing of a body that is refused has to be read.
  const checked = check({ ...defaults, ...query, content_type }, 'query')
  return { store: (put) => put(rawBody(request)), fields: () => checked }
}

function check(given: Record<string, unknown>, place?: 'query'): DocumentFields {
  const result = fields.safeParse(given)
  if (result.success) return result.data
  throw validationError(result.error, place)
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function ownerOf(principal: Principal): string | undefined {
  return principal.kind === 'user' ? principal.email : undefined
}

function titleFrom(fileName: string | undefined): string | undefined {
  const name = fileName?.split(/[/\\]/).at(-1)?.trim()
  return name ? [...name].slice(0, MAX_TITLE_CHARS).join('') : undefined
}

function typeFrom(fileName: string | undefined): string {
  return mime.getType(fileName ?? '') ?? 'application/octet-stream'
}

function fileNameOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  try {
    return contentDisposition.parse(header).parameters['filename']
  } catch {
    throw invalidField('header.content-disposition', 'must be such as attachment; filename="report.pdf"')
  }
}

function urlencoded(): DomainError {
  const detail =
    'must be application/json, multipart/form-data, or the type of the content with ?title=…&created_by=…'
  return new DomainError('unsupported-media-type', `header content-type: ${detail}`, {
    errors: [{ field: 'header.content-type', detail }],
  })
}
