/** Result of an attempt to extract the text of a content. */
export type Extraction =
  | { outcome: 'text'; text: string; truncated: boolean }
  /** The content has no text: opaque bytes, a scanned PDF, an empty file. */
  | { outcome: 'no-text'; reason: string }
  /** The text cannot be read: malformed, encrypted, or beyond a limit. */
  | { outcome: 'failed'; reason: string }

export interface ExtractionInput {
  /** A media type; parameters other than charset are ignored. */
  contentType: string
  /** A file name in it helps when the content type says nothing. */
  title?: string
  bytes: Uint8Array
}

/** Limits of one extraction. */
export interface ReadingLimits {
  /** UTF-16 code units */
  maxOutputChars: number
  /** A reader that can stop early does so after this time and returns what it has. */
  softTimeoutMs: number
}

/** A content that cannot be read. The message is the reason that users see. */
export class UnreadableContent extends Error {
  override name = 'UnreadableContent'
}
