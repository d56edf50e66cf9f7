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
  ip_address: string | null
}

export const MAX_SIGNATURE_DATA_BYTES = 1024 * 1024

/** Where a signature's image is kept within the bucket `signatures`. */
export const signatureImageKey = (signatureId: string): string => `${signatureId}/signature.png`
