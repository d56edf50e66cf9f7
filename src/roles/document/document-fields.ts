/** Schemas of a document and of the fields that make one. */
import { z } from 'zod'
import { MAX_TITLE_CHARS, STATUSES } from '../../domain/document.ts'
import { email, text } from '../../http/fields.ts'

/** A document as it is answered. */
export const documentSchema = z
  .object({
    id: z.uuid(),
    title: z.string(),
    content_type: z.string(),
    content_size: z.int().describe('bytes'),
    content_sha256: z.string().nullable().describe('hexadecimal; the ETag of the content'),
    s3_key: z.string().nullable(),
    status: z.enum(STATUSES),
    created_by: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    version: z.int().describe('starts at 1, grows by one with every change; the ETag of the document'),
  })
  .meta({ id: 'Document' })

export const title = text({ min: 1, max: MAX_TITLE_CHARS })
export const createdBy = email

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?: *; *${TOKEN}=(?:${TOKEN}|"[ !#-\\[\\]-~]*"))*$`)

/** A media type with its parameters (RFC 9110, 8.3.1). */
export const mediaType = z
  .string('must be a string')
  .max(255, 'must have at most 255 characters')
  .regex(MEDIA_TYPE, 'must be a media type, such as text/plain or application/pdf')
