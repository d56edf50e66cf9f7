import { customType } from 'drizzle-orm/pg-core'

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** The bytes of a value as `queryRows` returns it: PostgreSQL's text of it in hexadecimal. */
export const bytesOfHex = (text: string): Buffer => Buffer.from(text.slice(2), 'hex')
