import { isIP } from 'node:net'
import { z } from 'zod'
import { requestHash } from '../../db/idempotency.ts'
import { MAX_SIGNATURE_DATA_BYTES } from '../../domain/signature.ts'
import { jsonBytesFor } from '../../http/body.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { displayText, email, id } from '../../http/fields.ts'
import { idempotencyKey, idempotencyKeyOf } from '../../http/conditional.ts'
import type { SignCommand, SignDocument } from './sign-document.ts'
import { signatureSchema } from './signature-schema.ts'

const MAX_ADDRESS_CHARS = 45

const signatureData = z
  .string('must be a string')
  .refine((value) => value.isWellFormed(), 'must be well-formed Unicode (it has a lone surrogate)')
  .refine(
    (value) => Buffer.byteLength(value) <= MAX_SIGNATURE_DATA_BYTES,
    `must have at most ${MAX_SIGNATURE_DATA_BYTES} bytes`,
  )

const body = z.object({
  document_id: id.meta({ override: { examples: ['019aa1b2-0000-7000-8000-000000000001'] } }),
  signer_email: email.meta({ override: { examples: ['bob@example.com'] } }),
  signer_name: displayText({ max: 255 }).meta({ override: { examples: ['Bob'] } }),
  signature_data: signatureData
    .nullish()
    .describe('base64 of an image, with or without a data: prefix, or other text'),
  ip_address: z
    .string('must be a string')
    .refine(
      (value) => value.length <= MAX_ADDRESS_CHARS && isIP(value) !== 0,
      'must be an IPv4 or IPv6 address',
    )
    .nullish()
    .meta({
      override: {
        anyOf: [{ type: 'string', format: 'ipv4' }, { type: 'string', format: 'ipv6' }, { type: 'null' }],
      },
    })
    .describe('by default client_address, which alone is evidence'),
  document_status: z
    .string('must be a string')
    .nullish()
    .describe('has no effect: a signature always leads to signed'),
})

const responseSchema = signatureSchema.extend({
  document_status: z
    .enum(['signed', 'pending', 'refused'])
    .describe('pending: the signature is stored, and its document follows'),
})

export function postSignature(sign: SignDocument): Endpoint {
  return defineEndpoint({
    method: 'POST',
    path: '/signatures',
    operationId: 'createSignature',
    summary: 'Sign a document',
    policy: 'sign',
    description:
      'An e-mail address, compared without case, signs a document once. The document becomes signed. Where tokens are ' +
      'required, signer_email is the address of the caller: only administrators, and API keys with the scope ' +
      'sign:for-others, sign for others.',
    body: { schema: body, maxBytes: jsonBytesFor(MAX_SIGNATURE_DATA_BYTES) },
    headers: { 'Idempotency-Key': idempotencyKey },
    responses: { 201: { description: 'the signature', schema: responseSchema, headers: ['Location'] } },
    problems: [
      'forbidden',
      'document-not-found',
      'document-not-signable',
      'already-signed',
      'request-in-progress',
      'idempotency-key-reused',
    ],
    async handle({ body, headers }, context) {
      const command: SignCommand = {
        document_id: body.document_id,
        signer_email: body.signer_email,
        signer_name: body.signer_name,
        signature_data: body.signature_data ?? null,
        ip_address: body.ip_address ?? null,
      }
      const key = idempotencyKeyOf(headers)
      const { principal, clientAddress } = context
      const request = key === undefined ? undefined : { principal, clientAddress, key, hash: hashOf(command) }
      const { signature, documentStatus } = await sign(command, context, request)
      return {
        status: 201,
        headers: { location: `/signatures/${signature.id}` },
        json: { ...signature, document_status: documentStatus },
      }
    },
  })
}

const hashOf = (command: SignCommand): string => requestHash(Object.values(command))
