/**
 * Compression of responses (RFC 9110, 8.4 and 12.5.3), by node's zlib in its thread pool. koa-compress, the library for
 * it, works on bodies that Koa sends; the type table and the negotiation are the ones that it uses.
 *
 * BREACH guesses a secret from the length of a compressed response that also has text of the attacker. It needs the
 * victim's browser to send the requests with the victim's credentials. A token is sent in a header, never in a cookie, so
 * pages of other sites cannot; and responses with a token or a ticket in them are not compressed.
 *
 * Contents of documents are sent as they are stored: their ETag, ranges and Repr-Digest are about these bytes.
 */
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import compressible from 'compressible'
import Negotiator from 'negotiator'

/** Below, headers and the packets of a connection leave nothing to gain. */
const MIN_BYTES = 1_024
/** Of text nearly as small as the slowest quality, 11, at a hundredth of its cost. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }

const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)

/** Content codings, and how they are made. */
const CODINGS: Record<string, (body: string) => Promise<Uint8Array>> = {
  br: (body) => compressBrotli(body, BROTLI),
  gzip: (body) => compressGzip(body),
}
const AVAILABLE = [...Object.keys(CODINGS), 'identity']

/** What tells caches, and `sendResponse`, that the coding of a response is negotiated. */
export const NEGOTIATED = { vary: 'Accept-Encoding' }

/** Whether a body of this type and size is worth it: not what is compressed already, not a stream of events. */
export function isCompressible(type: string, bytes: number): boolean {
  return bytes >= MIN_BYTES && compressible(type) === true && !type.startsWith('text/event-stream')
}

/** The coding that the client likes best; undefined for none. */
export function acceptedCoding(
  request: IncomingMessage,
): { name: string; compress: (body: string) => Promise<Uint8Array> } | undefined {
  if (request.headers['accept-encoding'] === undefined) return undefined
  const name = new Negotiator(request).encoding(AVAILABLE)
  const compress = name === undefined ? undefined : CODINGS[name]
  return compress && { name: name!, compress }
}

/** The tag of bytes that are compressed: good for If-None-Match, and for neither ranges nor If-Match. */
export const weakTag = (etag: string): string => (etag.startsWith('W/') ? etag : `W/${etag}`)
