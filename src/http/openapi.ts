import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { z } from 'zod'
import { PROBLEMS } from '../domain/errors.ts'
import { defineEndpoint, type Endpoint } from './endpoint.ts'

const problem = z
  .object({
    type: z.enum(Object.keys(PROBLEMS).map((code) => `urn:docmgr:problem:${code}`)),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.object({ field: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' })

/** OpenAPI 3.1 of these endpoints, from the schemas that validate them. */
export function describeEndpoints(endpoints: readonly Endpoint[], version: string): object {
  const paths: ZodOpenApiPathsObject = {}
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operation(endpoint) }
  }
  return createDocument({
    openapi: '3.1.1',
    info: { title: 'docmgr', version, description: 'Event-driven document management and signing.' },
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    paths,
  })
}

function operation(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { operationId, summary, description, access = 'user', headers, responses } = endpoint
  return {
    operationId,
    summary,
    ...(description && { description }),
    ...(access !== 'public' && { security: [{ bearer: [] }] }),
    requestParams: {
      ...(endpoint.params && { path: endpoint.params as z.ZodObject }),
      ...(endpoint.query && { query: endpoint.query as z.ZodObject }),
      ...(headers && { header: headerSchema(headers) }),
    },
    ...(endpoint.body || endpoint.rawBody
      ? { requestBody: { required: true, content: requestContent(endpoint) } }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(responses).map(
          ([status, { description, schema, contentType = 'application/json' }]) => [
            status,
            { description, ...(schema && { content: { [contentType]: { schema } } }) },
          ],
        ),
      ),
      default: { description: 'a problem', content: { 'application/problem+json': { schema: problem } } },
    },
  } as ZodOpenApiOperationObject
}

function headerSchema(headers: Record<string, string>): z.ZodObject {
  const entries = Object.entries(headers).map(([name, meaning]) => [
    name,
    z.string().optional().meta({ description: meaning }),
  ])
  return z.object(Object.fromEntries(entries))
}

function requestContent({ body, rawBody }: Endpoint): Record<string, object> {
  const bytes = { type: 'string', format: 'binary' }
  const types =
    rawBody?.contentTypes.map((type) => [type, { schema: rawBody.schemas?.[type] ?? bytes }]) ?? []
  return { ...(body && { 'application/json': { schema: body.schema } }), ...Object.fromEntries(types) }
}

/** Serves the description, which is generated once. */
export function openApiEndpoint(endpoints: readonly Endpoint[], version: string): Endpoint {
  const document = JSON.stringify(describeEndpoints(endpoints, version))
  return defineEndpoint({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    summary: 'This OpenAPI description',
    access: 'public',
    responses: { 200: { description: 'OpenAPI 3.1' } },
    handle: async () => ({ status: 200, headers: { 'content-type': 'application/json' }, text: document }),
  })
}
