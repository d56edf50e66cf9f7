import { z } from 'zod'
import { email, id, sha256 } from '../../http/fields.ts'

/** A signature in OpenAPI. */
export const signatureSchema = z
  .object({
    id: id.meta({ examples: ['019aa1b2-0000-7000-8000-000000000003'] }),
    document_id: id.meta({ examples: ['019aa1b2-0000-7000-8000-000000000001'] }),
    signer_email: email.meta({ examples: ['bob@example.com'] }),
    signer_name: z.string().meta({ examples: ['Bob'] }),
    signed_at: z.iso.datetime().meta({ examples: ['2026-03-01T09:31:00.123456Z'] }),
    signature_data: z.string().nullable().describe('as it was sent; null in lists unless included'),
    ip_address: z.string().nullable().describe('as the client says; by default client_address'),
    content_sha256: sha256
      .nullable()
      .describe('of the content that was signed, as the service stores it; null for older signatures'),
    client_address: z
      .string()
      .nullable()
      .describe(
        'where the request came from as the service saw it, behind trusted proxies by X-Forwarded-For: evidence, ' +
          'unlike ip_address; null for older signatures',
      ),
    token_subject: z
      .string()
      .nullable()
      .describe('`sub` of the token with which the request was made; null without a token'),
    signed_by: email
      .nullable()
      .describe(
        'who signed for the signer, as an administrator or with an API key; null where the signer did',
      ),
  })
  .meta({ id: 'Signature' })
