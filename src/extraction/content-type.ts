import mime from 'mime'
import { magicTypeOf } from './magic-type.ts'
import { looksLikeText } from './sniff.ts'
import { markedEncodingOf } from './wide-encoding.ts'

/** Types of containers, which do not tell the type of the content. */
const CONTAINERS = new Set(['application/zip', 'application/xml', 'application/x-cfb', 'application/gzip'])
const TEXTUAL =
  /^text\/|[/+](?:json|xml|yaml|toml|sql|javascript|ecmascript|rtf|x-sh|x-httpd-php|x-tex|x-ndjson)$/

/**
 * The media type of a file: its magic bytes unless a byte order mark says that it is text, else its extension as far as the bytes agree with it, else
 * text/plain or application/octet-stream.
 * @param firstBytes the beginning of the file: 4,100 bytes identify most formats; DOCX needs the whole file
 */
export async function contentTypeOf(filename: string, firstBytes: Uint8Array): Promise<string> {
  const named = mime.getType(filename)
  // UTF-16 begins like MP3.
  const magic = markedEncodingOf(firstBytes) === undefined ? await magicTypeOf(firstBytes) : undefined
  if (magic !== undefined) {
    return CONTAINERS.has(magic) && named !== null && !named.startsWith('text/') ? named : magic
  }
  const isTextual = named !== null && TEXTUAL.test(named)
  if (looksLikeText(firstBytes)) return isTextual ? named : 'text/plain'
  return named === null || isTextual ? 'application/octet-stream' : named
}
