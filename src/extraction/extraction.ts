/** What became of an attempt to find the text of a content. */
export type Extraction =
  | { outcome: 'text'; text: string; truncated: boolean }
  /** There is none: opaque bytes, a scanned PDF, an empty file. */
  | { outcome: 'no-text'; reason: string }
  /** There may be some: malformed, encrypted, or beyond a limit. */
  | { outcome: 'failed'; reason: string }

export interface ExtractionInput {
  /** A media type; parameters other than charset are ignored. */
  contentType: string
  /** A file name in it helps when the content type says nothing. */
  title?: string
  bytes: Uint8Array
}

/** What one reading may use. */
export interface ReadingLimits {
  /** UTF-16 code units */
  maxOutputChars: number
  /** A reader that can stop early does so after this long and answers with what it has. */
  softTimeoutMs: number
}

/** A content that cannot be read; its message is the reason that users see. */
export class UnreadableContent extends Error {
  override name = 'UnreadableContent'
}
