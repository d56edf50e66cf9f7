import assert from 'node:assert/strict'
import { STATUS_CODES } from 'node:http'
import { test } from 'node:test'
import { z } from 'zod'
import { ifMatch } from './conditional.ts'
import { defineEndpoint, type Endpoint } from './endpoint.ts'
import { STATUSES } from '../domain/document-status.ts'
import { binary, id, idParams, status, wholeNumber } from './fields.ts'
import { describeApi, openApiEndpoint } from './openapi.ts'
import { anyOf } from './query.ts'

const endpoint = (given: Partial<Endpoint>): Endpoint =>
  defineEndpoint({
    method: 'GET',
    path: '/things',
    operationId: 'listThings',
    summary: 'Things',
    policy: 'list',
    responses: { 200: { description: 'things', schema: z.array(z.object({ id })), headers: ['Link'] } },
    handle: async () => ({ status: 200, json: [] }),
    ...given,
  })

const endpoints = [
  endpoint({
    query: z.object({ limit: wholeNumber({ min: 0, max: 200, fallback: 100 }), status: anyOf(status) }),
  }),
  endpoint({
    method: 'POST',
    operationId: 'createThing',
    rawBody: { schemas: { 'application/pdf': binary } },
  }),
  endpoint({
    path: '/things/{id}',
    operationId: 'getThing',
    params: idParams,
    headers: { 'If-Match': ifMatch },
    problems: ['document-not-found'],
    responses: { 200: { description: 'bytes', contentTypes: { 'application/octet-stream': binary } } },
  }),
  endpoint({ path: '/admin', operationId: 'getAdmin', policy: 'admin' }),
  endpoint({ path: '/health', operationId: 'getHealth', policy: 'public', unlimited: true }),
  endpoint({ path: '/ws', operationId: 'openSocket', responses: { 101: { description: 'a WebSocket' } } }),
]

interface Operation {
  operationId: string
  tags: string[]
  security: object[]
  parameters?: { name: string; in: string; required?: boolean; schema: Record<string, unknown> }[]
  requestBody?: { content: object }
  responses: Record<string, { $ref?: string; headers?: object; content?: object }>
}
interface Api {
  openapi: string
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    headers: object
    responses: Record<string, { content: { 'application/problem+json': { example: { status: number } } } }>
    schemas: object
    securitySchemes?: object
  }
}

const groups = [{ name: 'things', description: 'Things', endpoints }]
const describe = (mode: 'open' | 'required', of = groups): Api =>
  JSON.parse(JSON.stringify(describeApi({ groups: of, version: '1.0.0', mode }))) as Api
const operations = ({ paths }: Api): Operation[] =>
  Object.values(paths).flatMap((item) => Object.values(item))
const operationOf = (api: Api, name: string): Operation =>
  operations(api).find(({ operationId }) => operationId === name)!

test('names a token only where this instance needs one', () => {
  const needing = (mode: 'open' | 'required') =>
    operations(describe(mode))
      .filter(({ security }) => security.length > 0)
      .map(({ operationId }) => operationId)
  assert.deepEqual(needing('open'), ['getAdmin'])
  assert.deepEqual(needing('required'), ['listThings', 'createThing', 'getThing', 'getAdmin'])
  const open = [{ ...groups[0]!, endpoints: endpoints.slice(0, 1) }]
  assert.equal(describe('open', open).components.securitySchemes, undefined)
})

test('describes numbers of a query as integers with bounds, and ids and headers with what they must be', () => {
  const api = describe('open')
  const [limit, filter] = operationOf(api, 'listThings').parameters!
  assert.deepEqual(limit, {
    in: 'query',
    name: 'limit',
    schema: { type: 'integer', minimum: 0, maximum: 200, default: 100 },
  })
  const { schema, ...parameter } = filter as unknown as { schema: Record<string, unknown> }
  const description = 'can be repeated: any of the values'
  assert.deepEqual(parameter, { in: 'query', name: 'status', description, style: 'form', explode: true })
  assert.deepEqual(schema['items'], { type: 'string', enum: [...STATUSES] })
  assert.deepEqual([schema['type'], schema['maxItems']], ['array', 50])
  const [path, header] = operationOf(api, 'getThing').parameters!
  assert.deepEqual(
    [path!.name, path!.required, path!.schema],
    ['id', true, { type: 'string', format: 'uuid' }],
  )
  assert.equal(header!.name, 'If-Match')
  assert.match('"1"', new RegExp(String(header!.schema['pattern'])))
})

test('every operation has a tag and problems, and each of its references has a target', () => {
  for (const mode of ['open', 'required'] as const) {
    const api = describe(mode)
    assert.match(api.openapi, /^3\.1/)
    const names = new Set(api.tags.map(({ name }) => name))
    for (const { operationId, tags, responses } of operations(api)) {
      assert.ok(
        tags.every((tag) => names.has(tag)),
        operationId,
      )
      for (const status of ['400', '500']) assert.ok(responses[status], `${operationId} ${status}`)
    }
    for (const [name, { content }] of Object.entries(api.components.responses)) {
      const { status } = content['application/problem+json'].example
      assert.equal(STATUS_CODES[status]!.replace(/[ -]/g, ''), name)
    }
    for (const [, kind, name] of JSON.stringify(api).matchAll(/"#\/components\/(\w+)\/([^"]+)"/g))
      assert.ok(name! in (api.components as unknown as Record<string, object>)[kind!]!, name)
    for (const name of Object.keys(api.components.headers))
      assert.match(JSON.stringify(api), new RegExp(`"#/components/headers/${name}"`), `${name} is not used`)
  }
  const responsesOf = (name: string, mode: 'open' | 'required' = 'required'): string[] =>
    Object.keys(operationOf(describe(mode), name).responses)
  assert.deepEqual(responsesOf('getHealth'), ['200', '400', '431', '500'])
  assert.deepEqual(responsesOf('getThing'), [
    '200',
    '400',
    '401',
    '403',
    '404',
    '422',
    '429',
    '431',
    '500',
    '503',
    '504',
  ])
  assert.ok(responsesOf('getAdmin').includes('403'))
  assert.deepEqual(
    ['401', '403', '408', '413', '415', '421'].filter(
      (status) => !responsesOf('createThing', 'open').includes(status),
    ),
    [],
  )
})

test('describes bytes as binary, and no WebSocket', () => {
  const api = describe('open')
  const bytes = { schema: { type: 'string', format: 'binary' } }
  assert.deepEqual(operationOf(api, 'getThing').responses['200']!.content, {
    'application/octet-stream': bytes,
  })
  assert.deepEqual(operationOf(api, 'createThing').requestBody!.content, { 'application/pdf': bytes })
  assert.equal(api.paths['/ws'], undefined)
})

test('is served with itself in it', async () => {
  const served = openApiEndpoint({ groups, version: '1.0.0', mode: 'open' })
  const { text } = await served.handle(undefined as never, undefined as never)
  assert.ok((JSON.parse(text!) as Api).paths['/openapi.json'])
})
