/** Reads a new document from a request: as JSON, as multipart/form-data, or as raw bytes. */
import type { IncomingMessage } from 'node:http'
import contentDisposition from 'content-disposition'
import mime from 'mime'
import { z } from 'zod'
import { DOCUMENT_FIELDS, INPUT_FIELDS } from '../../domain/document-fields.ts'
import { isVisible } from '../../domain/display-text.ts'
import { titleOfFile } from '../../domain/document-title.ts'
import { DomainError, invalidField } from '../../domain/errors.ts'
import type { Principal } from '../../domain/request.ts'
import {
  jsonBytesFor,
  readJson,
  requireIdentity,
  requireMediaType,
  unsupportedType,
} from '../../http/body.ts'
import { idempotencyKeyOf } from '../../http/conditional.ts'
import {
  type NewDocumentFields,
  newDocumentFields,
  newDocumentShape,
  sentSchema,
} from '../../http/document-schemas.ts'
import { JsonBounds } from '../../http/json-bounds.ts'
import { validationError } from '../../http/problem.ts'
import { openForm, rawBody } from '../../http/upload.ts'
import type { NewDocument } from './create-document.ts'

const { maxChars: FILE_NAME_CHARS } = DOCUMENT_FIELDS.file_name

type Form = z.ZodType<NewDocumentFields & { content: string }>

/** @param maxBytes of the content as UTF-8 */
export function jsonForm(maxBytes: number): Form {
  const content = z
    .string('must be a string')
    .refine((value) => value !== '', 'must not be empty')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode (it has a lone surrogate)')
    .refine((value) => Buffer.byteLength(value) <= maxBytes, `must have at most ${maxBytes} bytes as UTF-8`)
    .meta({ override: { minLength: 1 } })
  const { title, ...others } = newDocumentShape
  const content_type = others['content_type']!.default('text/plain')
  const shape = { title: title!, content, ...others, content_type }
  return z.object(shape, 'must be a JSON object') as unknown as Form
}

/** A content as bytes, for OpenAPI. */
export const newContent = z.string().min(1).meta({ format: 'binary' })

const WITHOUT_TITLE =
  "without it, the file's name, and once its text was read the title that the content gives itself, if any"

/** The parts of a form, for OpenAPI. */
export const multipartForm = z.object({
  file: newContent,
  ...newDocumentShape,
  title: newDocumentShape['title']!.optional().describe(WITHOUT_TITLE),
  file_name: newDocumentShape['file_name']!.describe("without it, that of the file's part"),
  content_type: newDocumentShape['content_type']!.optional().describe(
    "without it, the file's, or that of its name",
  ),
})

const RAW_DESCRIPTIONS: Partial<Record<keyof NewDocumentFields, string>> = {
  title: `of a raw body; ${WITHOUT_TITLE}`,
  file_name: 'of a raw body; without it, that of the header Content-Disposition',
}

/** The fields that a raw body has in the query. */
export const rawQuery = z.object(
  Object.fromEntries(
    INPUT_FIELDS.filter((name) => name !== 'content_type').map((name) => [
      name,
      sentSchema(name)
        .optional()
        .describe(RAW_DESCRIPTIONS[name] ?? 'of a raw body'),
    ]),
  ),
) as unknown as z.ZodType<Partial<Record<keyof NewDocumentFields, string>>>

export interface NewDocumentRequest {
  request: IncomingMessage
  query: z.output<typeof rawQuery>
  principal: Principal
  /** of the content */
  maxBytes: number
  form: Form
  /** @throws DomainError where the address may not be created_by */
  checkCreator(address: string): void
}

/**
 * The body is read as the caller iterates over it.
 * @throws DomainError malformed-request, payload-too-large, unsupported-media-type, validation-failed
 */
export async function readNewDocument(options: NewDocumentRequest): Promise<NewDocument> {
  const { headers } = options.request
  const idempotencyKey = idempotencyKeyOf(headers)
  requireIdentity(options.request)
  const type = requireMediaType(options.request)
  if (type === 'multipart/form-data') return { ...(await readMultipart(options)), idempotencyKey }
  if (type === 'application/x-www-form-urlencoded') throw urlencoded()
  const isJson = type === 'application/json' || type.endsWith('+json')
  const { title, file_name: fileName } = options.query
  if (isJson && title === undefined && fileName === undefined)
    return { ...(await readJsonForm(options)), idempotencyKey }
  const raw = readRaw(options)
  const isNamed = headers['content-disposition'] !== undefined
  return { ...(isJson && !isNamed ? refuseForm(raw) : raw), idempotencyKey }
}

/**
 * A JSON form sent with a title in the query by mistake must not become the content of a document. Whether it is one is
 * known once it was read.
 */
function refuseForm({ body, fields, contentField }: Content & { body: AsyncIterable<Uint8Array> }): Content {
  let bounds: JsonBounds | undefined = new JsonBounds()
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      try {
        bounds?.write(chunk)
      } catch {
        // Nor would it be accepted as a form.
        bounds = undefined
      }
      yield chunk
    }
  }
  return {
    body: watched(),
    contentField,
    fields() {
      if (bounds?.members.has('title') && bounds.members.has('content'))
        throw invalidField('query.title', STRAY_TITLE)
      return fields()
    },
  }
}

const STRAY_TITLE =
  'must be left out: the body is a form that has a title itself; to store such JSON as a file, name it in the header ' +
  'content-disposition, or send multipart/form-data'

type Content = Omit<NewDocument, 'idempotencyKey'>

async function readJsonForm(options: NewDocumentRequest): Promise<Content> {
  const { request, form, principal, maxBytes, checkCreator } = options
  const json = await readJson(request, jsonBytesFor(maxBytes))
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json)
  const result = form.safeParse(isObject ? { created_by: emailOf(principal), ...json } : json, {
    reportInput: true,
  })
  if (!result.success) throw validationError(result.error)
  const { content, ...fields } = result.data
  checkCreator(fields.created_by)
  return {
    body: Buffer.from(content),
    contentField: 'content',
    fields: async () => ({ ...fields, takes_title: false }),
  }
}

async function readMultipart({ request, principal, checkCreator }: NewDocumentRequest): Promise<Content> {
  const form = await openForm(request, ['file', 'content'])
  const { field: contentField, name, contentType, body } = form.file
  const defaults = {
    file_name: shownName(name),
    content_type: contentType ?? mime.getType(name ?? '') ?? 'application/octet-stream',
    created_by: emailOf(principal),
  }
  return {
    body,
    contentField,
    async fields() {
      const fields = parseFields({ ...defaults, ...(await form.fields()) })
      checkCreator(fields.created_by)
      return fields
    },
  }
}

function readRaw({
  request,
  query,
  principal,
  maxBytes,
  checkCreator,
}: NewDocumentRequest): Content & { body: AsyncIterable<Uint8Array> } {
  const { headers } = request
  if (Number(headers['content-length'] ?? 0) > maxBytes) {
    throw new DomainError('payload-too-large', `the content must have at most ${maxBytes} bytes`)
  }
  const content_type = headers['content-type']!.trim()
  const defaults = {
    file_name: shownName(fileNameOf(headers['content-disposition'])),
    created_by: emailOf(principal),
  }
  // Before the body, so that the body of an invalid request is not read.
  const fields = parseFields({ ...defaults, ...query, content_type }, 'query')
  checkCreator(fields.created_by)
  return { body: rawBody(request), contentField: 'body', fields: async () => fields }
}

function parseFields(
  given: Record<string, unknown>,
  place?: 'query',
): Awaited<ReturnType<NewDocument['fields']>> {
  const { title, file_name: fileName } = given
  const takes_title = title === undefined
  const ownName = typeof fileName === 'string' ? titleOfFile(fileName) : undefined
  const result = newDocumentFields.safeParse({ ...given, title: takes_title ? ownName : title })
  if (result.success) return { ...result.data, takes_title }
  throw validationError(result.error, place)
}

function emailOf(principal: Principal): string | undefined {
  return principal.kind === 'user' ? principal.email : undefined
}

/** The end of a long name says more; one that nobody can see is left out. */
const shownName = (name: string | undefined): string | undefined =>
  name !== undefined && isVisible(name) ? [...name].slice(-FILE_NAME_CHARS).join('') : undefined

function fileNameOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  try {
    return contentDisposition.parse(header).parameters['filename']
  } catch {
    throw invalidField('header.content-disposition', 'must look like attachment; filename="report.pdf"')
  }
}

function urlencoded(): DomainError {
  return unsupportedType(
    'must be application/json, multipart/form-data, or the type of the content with ?title=…&created_by=…',
  )
}
