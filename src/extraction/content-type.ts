import mime from 'mime'
import { isPdf, magicTypeOf } from './magic-type.ts'
import { looksLikeText } from './sniff.ts'
import { markedEncodingOf } from './encodings/wide-encoding.ts'

/** Types of containers, which do not tell the type of the content. */
const CONTAINERS = new Set(['application/zip', 'application/xml', 'application/x-cfb', 'application/gzip'])
const TEXTUAL =
  /^text\/|^message\/rfc822$|[/+](?:json|xml|yaml|toml|sql|javascript|ecmascript|rtf|x-sh|x-httpd-php|x-tex|x-ndjson)$/

const PERCENT = 0x25

/**
 * The media type of a file: its magic bytes unless a byte order mark says that it is text, else its extension as far as the bytes agree with it, else
 * text/plain or application/octet-stream.
 * @param firstBytes the beginning of the file: 4,100 bytes identify most formats; DOCX needs the whole file
 */
export async function contentTypeOf(filename: string, firstBytes: Uint8Array): Promise<string> {
  const named = mime.getType(filename)
  const isTextual = named !== null && TEXTUAL.test(named)
  // UTF-16 begins like MP3.
  const isMarked = markedEncodingOf(firstBytes) !== undefined && !isPdf(firstBytes)
  const magic = isMarked ? undefined : await magicTypeOf(firstBytes)
  // A text about PDF can show one.
  const isShown =
    magic === 'application/pdf' && isTextual && firstBytes[0] !== PERCENT && looksLikeText(firstBytes)
  if (magic !== undefined && !isShown) {
    return CONTAINERS.has(magic) && named !== null && !named.startsWith('text/') ? named : magic
  }
  if (looksLikeText(firstBytes)) return isTextual ? named : 'text/plain'
  return named === null || isTextual ? 'application/octet-stream' : named
}
