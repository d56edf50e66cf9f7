import { z } from 'zod'
import { email, id } from '../../http/fields.ts'

/** A signature in OpenAPI. */
export const signatureSchema = z
  .object({
    id,
    document_id: id,
    signer_email: email,
    signer_name: z.string(),
    signed_at: z.iso.datetime(),
    signature_data: z.string().nullable().describe('as it was sent; null in lists unless included'),
    ip_address: z.string().nullable(),
  })
  .meta({ id: 'Signature' })
