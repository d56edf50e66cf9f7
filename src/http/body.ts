import type { IncomingMessage } from 'node:http'
import getRawBody from 'raw-body'
import { DomainError } from '../domain/errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads the whole body, at most `maxBytes`. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  try {
    const length = request.headers['content-length']
    return await getRawBody(request, { limit: maxBytes, ...(length !== undefined && { length }) })
  } catch (error) {
    const type = (error as { type?: string }).type
    if (type === 'entity.too.large') {
      throw new DomainError('payload-too-large', `the body must have at most ${maxBytes} bytes`)
    }
    throw new DomainError('malformed-request', 'the body ended before its Content-Length', { cause: error })
  }
}

/** Reads a JSON body (RFC 8259: UTF-8). */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw new DomainError(
      'unsupported-media-type',
      `header content-encoding: ${encoding} is not supported; send the body uncompressed`,
    )
  }
  const type = request.headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase()
  if (type !== undefined && type !== 'application/json' && !type.endsWith('+json')) {
    throw new DomainError(
      'unsupported-media-type',
      `header content-type: must be application/json, not ${type}`,
      {
        errors: [{ field: 'header.content-type', detail: 'must be application/json' }],
      },
    )
  }
  const bytes = await readBody(request, maxBytes)
  if (bytes.length === 0) throw new DomainError('malformed-request', 'the body is empty; send a JSON object')
  let body: string
  try {
    body = utf8.decode(bytes)
  } catch {
    throw new DomainError('malformed-request', 'the body is not UTF-8')
  }
  try {
    return JSON.parse(body)
  } catch (error) {
    throw new DomainError(
      'malformed-request',
      `the body is not JSON: ${(error as Error).message.slice(0, 200)}`,
    )
  }
}
