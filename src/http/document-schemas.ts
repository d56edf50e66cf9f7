/** Schemas of a document, derived from the table of its fields. */
import { z } from 'zod'
import {
  type DocumentField,
  type Document,
  type DocumentRow,
  type FieldsWith,
  type FieldType,
  fieldDefinition,
  filterParameters,
  INPUT_FIELDS,
  PUBLIC_FIELDS,
  takesSeveral,
} from '../domain/document-fields.ts'
import { STATUSES } from '../domain/document-status.ts'
import { TEXT_STATES } from '../domain/text-state.ts'
import { addressForms } from '../runtime/email-address.ts'
import { dateTime, displayText, email, id, mediaType, sha256, status, text } from './fields.ts'
import { anyOf } from './query.ts'

const RETURNED: Record<FieldType, () => z.ZodType> = {
  uuid: () => z.uuid(),
  text: () => z.string(),
  sha256: () => z.string().regex(/^[0-9a-f]{64}$/),
  email: () => z.string(),
  mediaType: () => z.string(),
  status: () => z.enum(STATUSES),
  textState: () => z.enum(TEXT_STATES),
  boolean: () => z.boolean(),
  // No field is negative.
  integer: () => z.int32().min(0),
  bigint: () => z.int().min(0),
  timestamp: () => z.iso.datetime(),
  subjects: () => z.array(z.string()),
}

/** A field as it is returned. */
export function returnedSchema(name: DocumentField): z.ZodType {
  const { type, nullable, description, example } = fieldDefinition(name)
  const schema = nullable ? RETURNED[type]().nullable() : RETURNED[type]()
  return schema.meta({ ...(description && { description }), ...(example && { examples: [example] }) })
}

/** The text of a document as it is returned. */
export const textSummary = z
  .object({
    state: returnedSchema('text_state'),
    reason: z
      .string()
      .optional()
      .describe(
        'why there is no text, or not all of it; of a pending text how many pages OCR has left to read',
      ),
    pages: z.int().min(0).optional().describe('number of pages, of formats that have pages'),
    language: z.string().optional().describe('ISO 639-1, where it is certain'),
    cut: z.literal(true).optional().describe('the text is longer than what was read'),
  })
  .meta({ description: 'what was read of the content; it changes without a new version' })

/** What is public of a document, by name, in the order of its JSON. */
export const documentShape: Record<string, z.ZodType> = Object.fromEntries([
  ...PUBLIC_FIELDS.slice(0, -1).map((name) => [name, returnedSchema(name)] as const),
  ['text', textSummary],
  ...PUBLIC_FIELDS.slice(-1).map((name) => [name, returnedSchema(name)] as const),
])

/** A document as it is returned. */
export const documentSchema = z
  .object(documentShape)
  .meta({ id: 'Document' }) as unknown as z.ZodType<Document>

const integer = z.coerce.number('must be a whole number').int('must be a whole number')

const SENT: Record<FieldType, (maxChars?: number) => z.ZodType> = {
  uuid: () => id,
  text: (max) => displayText({ ...(max !== undefined && { max }) }),
  sha256: () => sha256,
  email: () => email,
  mediaType: () => mediaType,
  status: () => status,
  textState: () => z.enum(TEXT_STATES, `must be one of ${TEXT_STATES.join(', ')}`),
  boolean: () => z.stringbool(),
  integer: () => integer,
  bigint: () => integer,
  timestamp: () => dateTime,
  subjects: () => z.array(text({ min: 1 })),
}

/** A field as a client sends it. */
export function sentSchema(name: DocumentField): z.ZodType {
  const { type, maxChars, example } = fieldDefinition(name)
  const schema = SENT[type](maxChars)
  return example === undefined ? schema : schema.meta({ override: { examples: [example] } })
}

/** The fields that a client sends to create a document. */
export type NewDocumentFields = Pick<DocumentRow, FieldsWith<{ input: true }>>

/** Their schemas. Fields that can be null can also be left out. */
export const newDocumentShape = Object.fromEntries(
  INPUT_FIELDS.map((name) => {
    const schema = sentSchema(name)
    return [name, fieldDefinition(name).nullable ? schema.nullable().default(null) : schema]
  }),
)
export const newDocumentFields = z.object(newDocumentShape) as unknown as z.ZodType<NewDocumentFields>

const anyText = (max?: number): z.ZodType => text({ min: 1, ...(max !== undefined && { max }) })

/**
 * Query parameters that select documents. A text filter accepts any text, so that a value that no document can have
 * selects none.
 * @param descriptions of parameters, by name
 */
export function filterShape(
  where: 'list' | 'search',
  descriptions: Record<string, string> = {},
): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(filterParameters(where)).map(([name, parameter]) => {
      const { type, maxChars } = fieldDefinition(parameter.field)
      const isText = type === 'text' || type === 'email' || type === 'mediaType'
      const schema = isText ? anyText(maxChars) : SENT[type]()
      const formsOf = type === 'email' ? addressForms : undefined
      if (takesSeveral(parameter)) return [name, anyOf(schema as z.ZodType<string>, undefined, formsOf)]
      const description = descriptions[name]
      return [name, description === undefined ? schema.optional() : schema.optional().meta({ description })]
    }),
  )
}
