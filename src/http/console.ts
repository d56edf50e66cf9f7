/**
 * The console, pages for people that use the REST interface: one HTML page for all of its paths, and files whose names
 * change with their bytes, as the build has made them. Nothing comes from other hosts, and the policy would not let it.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DomainError } from '../domain/errors.ts'
import { buildRoot } from '../runtime/package-root.ts'
import { NEGOTIATED } from './compress.ts'
import { entityTag, isNotModified } from './conditional.ts'
import { defineEndpoint, type Endpoint, type HttpResponse } from './endpoint.ts'

const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'referrer-policy': 'same-origin',
  'cache-control': 'public, no-cache',
}

interface ConsoleFile {
  text: string
  type: string
  tag: string
  encoded: Record<string, Uint8Array>
}

/** The paths of the console, which src/console/app.tsx routes. */
const PAGES = [
  { path: '/', operationId: 'getDocumentsPage', summary: 'A page that lists and searches documents' },
  { path: '/login', operationId: 'getLoginPage', summary: 'A page to log in' },
  { path: '/status', operationId: 'getStatusPage', summary: 'A page that says how the service is' },
  { path: '/settings', operationId: 'getSettingsPage', summary: 'A page of the sessions of its reader' },
  { path: '/settings/keys', operationId: 'getKeysPage', summary: 'A page of API keys' },
  { path: '/settings/people', operationId: 'getPeoplePage', summary: 'A page of people, for administrators' },
  { path: '/d/{id}', operationId: 'getDocumentPage', summary: 'A page that shows a document' },
  { path: '/d/{id}/sign', operationId: 'getSignPage', summary: 'A page to sign a document' },
] as const

export interface ConsolePages {
  endpoints: Endpoint[]
  /** for an address that there is not */
  notFound: () => Promise<HttpResponse>
}

export function createConsole(): ConsolePages {
  const folder = (): string => join(buildRoot(), 'console')
  let page: Promise<string> | undefined
  const readPage = (): Promise<string> => (page ??= readFile(join(folder(), 'index.html'), 'utf8'))
  return {
    endpoints: consoleEndpoints(folder, readPage),
    async notFound() {
      return {
        status: 404,
        headers: { ...PAGE_HEADERS, 'cache-control': 'no-store' },
        text: await readPage(),
      }
    },
  }
}

function consoleEndpoints(folder: () => string, readPage: () => Promise<string>): Endpoint[] {
  let files: Promise<Map<string, ConsoleFile>> | undefined
  return [
    ...PAGES.map((described) =>
      defineEndpoint({
        ...described,
        method: 'GET',
        policy: 'public',
        ...(described.path.includes('{id}') && { params: z.object({ id: z.string().min(1) }) }),
        headers: { 'If-None-Match': 'an ETag: 304 while the page is the same' },
        responses: {
          200: {
            description: 'the page',
            contentTypes: { 'text/html': z.string() },
            headers: ['ETag', 'Cache-Control'],
          },
          304: { description: 'not changed', headers: ['ETag', 'Cache-Control'] },
        },
        async handle({ headers }) {
          const text = await readPage()
          const etag = tagOf(text)
          const common = { ...PAGE_HEADERS, etag: entityTag(etag) }
          if (isNotModified(headers['if-none-match'], etag)) return { status: 304, headers: common }
          return { status: 200, headers: common, text }
        },
      }),
    ),
    defineEndpoint({
      method: 'GET',
      path: '/console/{file}',
      operationId: 'getConsoleFile',
      summary: 'A script or a style sheet of the console',
      policy: 'public',
      params: z.object({ file: z.string().min(1) }),
      headers: { 'If-None-Match': 'an ETag: 304 while the file is the same' },
      responses: {
        200: {
          description: 'the file',
          contentTypes: { 'text/javascript': z.string(), 'text/css': z.string() },
          headers: ['ETag', 'Cache-Control'],
        },
        304: { description: 'not changed', headers: ['ETag', 'Cache-Control'] },
      },
      problems: ['not-found'],
      async handle({ params: { file }, headers }) {
        files ??= readFiles(folder())
        const found = (await files).get(file)
        if (!found) throw new DomainError('not-found', `the console has no file ${file.slice(0, 200)}`)
        return fileResponse(found, headers['if-none-match'])
      },
    }),
  ]
}

function fileResponse(
  { text, type, tag, encoded }: ConsoleFile,
  ifNoneMatch: string | undefined,
): HttpResponse {
  const headers = {
    etag: entityTag(tag),
    // The name changes with the bytes.
    'cache-control': 'public, max-age=31536000, immutable',
    ...NEGOTIATED,
  }
  if (isNotModified(ifNoneMatch, tag)) return { status: 304, headers }
  return { status: 200, headers: { ...headers, 'content-type': type }, text, encoded }
}

async function readFiles(folder: string): Promise<Map<string, ConsoleFile>> {
  const names = (await readdir(folder)).filter((name) => extensionOf(name) in TYPES)
  const read = async (name: string): Promise<[string, ConsoleFile]> => {
    const path = join(folder, name)
    const [text, br, gzip] = await Promise.all([
      readFile(path, 'utf8'),
      readFile(`${path}.br`),
      readFile(`${path}.gz`),
    ])
    return [name, { text, type: TYPES[extensionOf(name)]!, tag: tagOf(text), encoded: { br, gzip } }]
  }
  return new Map(await Promise.all(names.map(read)))
}

const extensionOf = (name: string): string => name.split('.').at(-1)!
const tagOf = (text: string): string => createHash('sha256').update(text).digest('base64url')
