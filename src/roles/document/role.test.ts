import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeApi } from '../../http/openapi.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { startTestService } from '../../testing/test-service.ts'

const service = await startTestService({ roles: ['document'] }, TEST_FILE)

test('describes every operation, with the shape of a document, for OpenAPI', () => {
  const { endpoints } = service.document
  const groups = [{ name: 'document', description: 'Documents', endpoints }]
  const { paths, components } = JSON.parse(
    JSON.stringify(describeApi({ groups, version: '1.0.0', mode: 'open' })),
  )
  const operations = Object.entries<object>(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  )
  assert.deepEqual(operations.sort(), [
    'delete /auth/session',
    'delete /documents/{id}',
    'delete /documents/{id}/access/{principal}',
    'delete /keys/{id}',
    'delete /sessions/{id}',
    'get /auth/oidc/callback',
    'get /auth/oidc/login',
    'get /auth/session',
    'get /documents',
    'get /documents/{id}',
    'get /documents/{id}/access',
    'get /documents/{id}/content',
    'get /documents/{id}/history',
    'get /documents/{id}/pages',
    'get /documents/{id}/pages/{page}',
    'get /documents/{id}/permissions',
    'get /documents/{id}/stats',
    'get /documents/{id}/text',
    'get /keys',
    'get /people',
    'get /sessions',
    'get /totals',
    'patch /documents/{id}',
    'patch /people/{id}',
    'post /auth/session',
    'post /documents',
    'post /keys',
    'post /people',
    'post /people/{id}/login-link',
    'put /documents/{id}/access/{principal}',
  ])
  assert.ok(components.schemas.Document.required.includes('content_sha256'))
  const { content } = paths['/documents'].post.requestBody
  assert.deepEqual(content['application/json'].schema.required, ['title', 'content', 'created_by'])
  assert.equal(content['multipart/form-data'].schema.properties.file.format, 'binary')
})
