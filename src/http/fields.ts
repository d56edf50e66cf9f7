/** Schemas of fields that several endpoints have. Their messages say what a valid value is. */
import { z } from 'zod'
import { STATUSES } from '../domain/document-status.ts'
import { isVisible, withoutBidiControls } from '../domain/display-text.ts'
import { canonicalUuid } from '../domain/uuid.ts'
import { isEmailAddress, storedAddress } from '../runtime/email-address.ts'

const NO_NUL = '^[^\\x00]*$'

/** Whether a text has at least so many characters (code points), of which each is one or two UTF-16 code units. */
export const hasCharacters = (value: string, min: number): boolean =>
  value.length >= 2 * min || [...value].length >= min

/** Text that PostgreSQL and JSON can store: no NUL, no lone surrogates. Lengths count characters (code points). */
export function text(options: { min?: number; max?: number } = {}): z.ZodType<string, string> {
  const { min = 0, max } = options
  return z
    .string('must be a string')
    .refine((value) => !value.includes('\0'), 'must not contain NUL characters')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode (it has a lone surrogate)')
    .refine(
      (value) => hasCharacters(value, min),
      min === 1 ? 'must not be empty' : `must have at least ${min} characters`,
    )
    .refine(
      (value) => max === undefined || value.length <= max || [...value].length <= max,
      `must have at most ${max} characters`,
    )
    .meta({
      override: {
        pattern: NO_NUL,
        ...(min > 0 && { minLength: min }),
        ...(max !== undefined && { maxLength: max }),
      },
    }) as unknown as z.ZodType<string, string>
}

/**
 * A text that people read, such as a title or a name: it has a character that can be seen. Controls of its direction are
 * removed.
 */
export function displayText({ max }: { max?: number } = {}): z.ZodType<string, string> {
  return text({ min: 1 })
    .meta({ override: { pattern: NO_NUL, minLength: 1, ...(max !== undefined && { maxLength: max }) } })
    .transform(withoutBidiControls)
    .pipe(
      text({ ...(max !== undefined && { max }) }).refine(isVisible, 'must have a character that can be seen'),
    )
}

export const id = z
  .string('must be a UUID')
  .meta({ override: { format: 'uuid' } })
  .transform((value, context) => {
    const canonical = canonicalUuid(value)
    if (canonical !== undefined) return canonical
    context.addIssue({
      code: 'custom',
      message: 'must be a UUID, such as 019aa1b2-0000-7000-8000-000000000001',
    })
    return z.NEVER
  })
  .pipe(z.string().meta({ override: { format: 'uuid' } }))

export const idParams = z.object({ id })

/** A body of bytes, for OpenAPI. */
export const binary = z.string().meta({ format: 'binary' })

/** In the form in which it is stored, so that equal addresses are the same text. */
export const email = text({ max: 320 })
  .meta({ override: { format: 'idn-email', maxLength: 320 } })
  .transform(storedAddress)
  .pipe(
    z
      .string()
      .refine(isEmailAddress, 'must be an e-mail address, such as ada@example.com')
      .meta({ override: { format: 'idn-email' } }),
  )

export const status = z.enum(STATUSES, `must be one of ${STATUSES.join(', ')}`)

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?: *; *${TOKEN}=(?:${TOKEN}|"[ !#-\\[\\]-~]*"))*$`)

/** A media type with its parameters (RFC 9110, 8.3.1). */
export const mediaType = z
  .string('must be a string')
  .max(255, 'must have at most 255 characters')
  .regex(MEDIA_TYPE, 'must be a media type, such as text/plain or application/pdf')

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits')

/** An integer in a query string. */
export function wholeNumber(options: {
  min: number
  max: number
  fallback: number
  /** ends the message for an invalid value */
  advice?: string
}): z.ZodType<number, string | undefined> {
  const { min, max, fallback, advice = '' } = options
  const rule = `must be a whole number from ${min} to ${max}${advice}`
  return z
    .string(rule)
    .regex(/^[+-]?\d{1,15}(\.0+)?$/, rule)
    .transform(Number)
    .refine((value) => value >= min && value <= max, rule)
    .optional()
    .transform((value) => value ?? fallback)
    .meta({
      override: ({ jsonSchema }: { jsonSchema: Record<string, unknown> }) => {
        delete jsonSchema['pattern']
        Object.assign(jsonSchema, { type: 'integer', minimum: min, maximum: max })
        if (fallback >= min) jsonSchema['default'] = fallback
      },
    })
}

/** A date-time in a query string, as ISO 8601. */
export const dateTime = z.iso
  .datetime({ offset: true, error: 'must be a time in ISO 8601, such as 2026-03-01T00:00:00Z' })
  // PostgreSQL has no year 0 and no offset of 16 hours.
  .refine((time) => !/^0000|[+-](1[6-9]|2\d):\d\d$/.test(time), 'must be a valid date and time')
  .meta({
    examples: ['2026-03-01T00:00:00Z'],
    override: { pattern: '^(?!0000).*T.*(Z|[+-](0\\d|1[0-5]):\\d\\d)$' },
  })
