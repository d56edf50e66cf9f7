/**
 * A page that shows the OpenAPI description and sends requests from it: Swagger UI, whose files the build has copied. The
 * page loads nothing from other hosts, and its policy would not let it.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { buildRoot } from '../runtime/package-root.ts'
import { isCompressible, NEGOTIATED } from './compress.ts'
import { isNotModified, entityTag } from './conditional.ts'
import { defineEndpoint, type Endpoint, type HttpResponse } from './endpoint.ts'

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>docmgr: the REST interface</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="docs"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`

// Without validatorUrl, Swagger UI would send the description of a public service to a validator.
const START = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
})
`

const TYPES = {
  'start.js': 'text/javascript; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
} as const
type File = keyof typeof TYPES
const FILES = Object.keys(TYPES) as [File, ...File[]]

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export function docsEndpoints(): Endpoint[] {
  const read = new Map<File, Promise<string>>([['start.js', Promise.resolve(START)]])
  const textOf = (file: File): Promise<string> => {
    const text = read.get(file) ?? readFile(join(buildRoot(), 'docs', file), 'utf8')
    read.set(file, text)
    return text
  }
  return [
    defineEndpoint({
      method: 'GET',
      path: '/docs',
      operationId: 'getDocs',
      summary: 'A page that shows this description and sends requests from it',
      policy: 'public',
      responses: { 200: { description: 'the page', contentTypes: { 'text/html': z.string() } } },
      handle: async () => ({
        status: 200,
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': POLICY,
          'referrer-policy': 'no-referrer',
        },
        text: PAGE,
      }),
    }),
    defineEndpoint({
      method: 'GET',
      path: '/docs/{file}',
      operationId: 'getDocsFile',
      summary: 'A script or a style sheet of the page',
      policy: 'public',
      params: z.object({ file: z.enum(FILES) }),
      responses: {
        200: {
          description: 'the file',
          contentTypes: { 'text/javascript': z.string(), 'text/css': z.string() },
          headers: ['ETag', 'Cache-Control'],
        },
        304: { description: 'not changed', headers: ['ETag', 'Cache-Control'] },
      },
      headers: { 'If-None-Match': 'an ETag: 304 while the file is the same' },
      handle: async ({ params: { file }, headers }) =>
        cacheable(await textOf(file), TYPES[file], headers['if-none-match']),
    }),
  ]
}

function cacheable(text: string, type: string, ifNoneMatch: string | undefined): HttpResponse {
  const tag = createHash('sha256').update(text).digest('base64url')
  const headers = {
    etag: entityTag(tag),
    'cache-control': 'public, no-cache',
    ...(isCompressible(type, text.length) && NEGOTIATED),
  }
  if (isNotModified(ifNoneMatch, tag)) return { status: 304, headers }
  return { status: 200, headers: { ...headers, 'content-type': type }, text }
}
