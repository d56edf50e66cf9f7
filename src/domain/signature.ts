/** A signature as REST shows it. */
export interface Signature {
  id: string
  document_id: string
  signer_email: string
  signer_name: string
  /** ISO 8601 in UTC with `Z` */
  signed_at: string
  /** as it was sent; null in lists unless asked for, and where none was sent */
  signature_data: string | null
  /** what the client says; by default `client_address` */
  ip_address: string | null
  /** hexadecimal SHA-256 of the content that was signed, from the document role; null for older signatures */
  content_sha256: string | null
  /** where the request came from, as the service saw it; null for older signatures */
  client_address: string | null
  /** `sub` of the token of the request; null without a token */
  token_subject: string | null
  /** e-mail address of the user who signed for the signer; null where the signer did, or no user is known */
  signed_by: string | null
}

export const MAX_SIGNATURE_DATA_BYTES = 1024 * 1024

/** Where a signature's image is kept within the bucket `signatures`. */
export const signatureImageKey = (signatureId: string): string => `${signatureId}/signature.png`
