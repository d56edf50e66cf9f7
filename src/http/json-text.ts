import { DomainError } from '../domain/errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Parses the bytes of a body (RFC 8259: UTF-8). @throws DomainError malformed-request */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new DomainError('malformed-request', 'the body is empty; send a JSON object')
  return parse(decode(bytes))
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new DomainError('malformed-request', 'the body is not UTF-8')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new DomainError(
      'malformed-request',
      `the body is not JSON: ${(error as Error).message.slice(0, 200)}`,
    )
  }
}
