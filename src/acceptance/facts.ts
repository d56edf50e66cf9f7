/** What clients can rely on. Written here by hand, so that a change of the product's types shows as a failure. */

export const ROLES = ['document', 'signature', 'search', 'ws', 'indexer'] as const

/** In the order in which a document moves through them. */
export const STATUSES = ['created', 'sent', 'viewed', 'signed', 'completed', 'archived', 'cancelled'] as const
export type DocumentStatus = (typeof STATUSES)[number]

/** A document as REST returns it. */
export interface Document {
  id: string
  title: string
  file_name: string | null
  status: DocumentStatus
  version: number
  content_type: string
  content_size: number
  content_sha256: string
  s3_key: string
  created_by: string
  created_at: string
  updated_at: string
  text: {
    state: 'pending' | 'indexed' | 'empty' | 'failed'
    reason?: string
    pages?: number
    language?: string
    cut?: true
  }
}

/** A signature as REST returns it. */
export interface Signature {
  id: string
  document_id: string
  signer_email: string
  signer_name: string
  signature_data: string | null
  signed_at: string
  ip_address: string | null
  content_sha256: string | null
  client_address: string | null
  token_subject: string | null
  signed_by: string | null
}

/** A document as the search returns it. */
export interface SearchHit extends Pick<
  Document,
  'id' | 'title' | 'file_name' | 'status' | 'version' | 'created_by'
> {
  content_type: string
  content_size: number
  created_at: string
  updated_at: string
  score: number
  highlights: { title?: string[]; content?: string[] }
}
