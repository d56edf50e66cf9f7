import type { TextPart } from '../domain/text-part.ts'
import type { BinaryFormat } from './text-format.ts'

/** Result of an attempt to extract the text of a content. */
export type Extraction =
  /** `reason`: why not all of the text was read, where that is known */
  | ({ outcome: 'text'; parts: TextPart[]; cut: boolean; reason?: string } & About)
  /** The content has no text: opaque bytes, a scanned PDF, an empty file. */
  | ({ outcome: 'empty'; reason: string } & About)
  /** The text cannot be read: malformed, encrypted, or beyond a limit. */
  | ({ outcome: 'failed'; reason: string } & About)

/** What the file says about itself. */
interface About {
  /** one line */
  title?: string
  /** number of pages, also of those that were not read; only of formats that have pages */
  pages?: number
  scan?: Scan
}

/** The pages without text, which OCR can read. Their texts join the parts. */
export interface Scan {
  /** numbers of the pages that are still to be read, from 1, in order */
  unread: number[]
  /** pages of files within the file that are still to be read, after those of the file */
  inside?: PageInside[]
  /** how many more there are than were noted */
  insideBeyond?: number
  /** how many of these there were when OCR began */
  insidePages?: number
  /** milliseconds that OCR has taken so far; missing: it has not begun */
  spentMs?: number
  /** why some of the pages were not read */
  problem?: string
}

/** A page without text of an image or a PDF within a file. */
export interface PageInside {
  /** where the file is */
  path: PathInside
  /** of the file, may be empty */
  name: string
  /** from 1 */
  page: number
  /** the page, slide or sheet of the outer file that shows it, from 1; its text belongs there */
  onPage?: number
}

/**
 * From the outer file to the inner one: the format of each file around it, and which of the files in that it is in, from 0, or
 * the image: the name of a part, or `byte N` where it has none.
 */
export type PathInside = ({ format: BinaryFormat; index: number } | ImageStep)[]

export interface ImageStep {
  format: BinaryFormat
  image: string
}

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

/** What a reader takes out of a file, before its text is tidied. */
export interface RawText extends About {
  parts: TextPart[]
  /** A limit stopped the reader before the end. */
  cut: boolean
  /** Lines end where the page ends them, also within words. */
  isWrapped?: boolean
  /** Why there is no text, where `empty` says too little. */
  emptyReason?: string
  /** numbers of the pages without text */
  unread?: number[]
  inside?: PageInside[]
  insideBeyond?: number
}

/**
 * Reads a binary format in the extraction process, at most about `maxOutputChars * 2` of its text.
 * @param readInside for files within the file
 * @throws UnreadableContent
 */
export type FormatReader = (
  bytes: Uint8Array,
  limits: ReadingLimits,
  readInside: ReadInside,
) => RawText | Promise<RawText>

/** Reads a file that was found in another one, to a limited depth. Never rejects. */
export type ReadInside = (input: ExtractionInput, limits: ReadingLimits) => Promise<Extraction>

/** A content that cannot be read. The message is the reason that users see. */
export class UnreadableContent extends Error {
  override name = 'UnreadableContent'
}
