import type { signatures } from '../../db/schema.ts'

export type NewSignature = typeof signatures.$inferSelect
export type StoredSignature = Omit<NewSignature, 'traceparent'>

export const READ = [
  ...(['id', 'document_id', 'signer_email', 'signer_name', 'signed_at', 'ip_address'] as const),
  ...(['content_sha256', 'client_address', 'token_subject', 'signed_by'] as const),
  ...(['image_encoding', 'image_prefix', 'image_type', 'image_size', 'image_sha256'] as const),
] as const satisfies readonly (keyof StoredSignature)[]
export const INSERTED = [...READ, 'traceparent'] as const
