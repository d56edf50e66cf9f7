/** What node's parser refuses before there is a request gets a problem document (RFC 9457), as every other error does. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import { DomainError, type ProblemCode } from '../domain/errors.ts'
import { problemOf } from './problem.ts'

const PROBLEM_OF: Partial<Record<string, [code: ProblemCode, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'the path, the query and the headers must have at most 16 KiB'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['payload-too-large', 'the extensions of a chunk must have at most 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'the headers must arrive within 30 s, and all within 300 s'],
}

/** The whole response as text, after which the connection must be closed. @param error of `clientError` */
export function parserErrorResponse(error: NodeJS.ErrnoException): string {
  const [code, detail] = PROBLEM_OF[error.code ?? ''] ?? ['malformed-request', 'this is not valid HTTP/1.1']
  const requestId = randomUUID()
  const problem = problemOf(new DomainError(code, detail), requestId)
  const body = JSON.stringify(problem)
  const headers = [
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'x-content-type-options: nosniff',
    'cache-control: no-store',
    'connection: close',
  ]
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${headers.join('\r\n')}\r\n\r\n${body}`
}
