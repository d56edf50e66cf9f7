/** The OpenAPI description of an instance, from the schemas that validate its requests. */
import { STATUS_CODES } from 'node:http'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi'
import { z } from 'zod'
import { PROBLEMS, type ProblemCode } from '../domain/errors.ts'
import { defineEndpoint, type Endpoint, type EndpointGroup } from './endpoint.ts'
import { LIMIT_HEADERS, PROBLEM_HEADERS, RESPONSE_HEADERS, type ResponseHeader } from './response-headers.ts'

export interface ApiDescription {
  /** the endpoints of each role */
  groups: readonly EndpointGroup[]
  version: string
  /** `open`: a token is needed only for what administrators do */
  mode: 'open' | 'required'
}

type Mode = ApiDescription['mode']

const CODES = Object.keys(PROBLEMS) as ProblemCode[]

const problem = z
  .object({
    type: z.enum(CODES.map((code) => `urn:docmgr:problem:${code}`)),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    instance: z.string().meta({ description: 'the id of the request', format: 'uri' }),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'each invalid field, and what a valid value is' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' })

/** OpenAPI 3.1 of these endpoints, as this instance serves them. */
export function describeApi({ groups, version, mode }: ApiDescription): object {
  const paths: ZodOpenApiPathsObject = {}
  const statuses = new Set<number>()
  const described = groups.flatMap(({ name: tag, endpoints }) =>
    endpoints.filter(isDescribed).map((endpoint) => ({ tag, endpoint })),
  )
  for (const { tag, endpoint } of described) {
    const problems = problemStatuses(endpoint, mode)
    problems.forEach((status) => statuses.add(status))
    const { path, method } = endpoint
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(tag, endpoint, problems, mode) }
  }
  const tokens = mode === 'open' ? 'No token is needed; one that is sent is checked.' : 'A token is needed.'
  const description = createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'docmgr',
        version,
        description: `Event-driven document management and signing. ${tokens}`,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'where this description comes from' }],
      tags: groups.map(({ name, description }) => ({ name, description })),
      components: {
        ...(described.some(({ endpoint }) => needsToken(endpoint, mode)) && {
          securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT, or an API key' } },
        }),
        headers: RESPONSE_HEADERS,
        responses: Object.fromEntries(
          [...statuses].map((status) => [problemName(status), problemResponse(status)]),
        ),
      },
      paths,
    },
    { override: ({ jsonSchema }) => simplify(jsonSchema) },
  )
  removeUnusedHeaders(description)
  return description
}

/** A role on its own port does not need all. */
function removeUnusedHeaders(description: ReturnType<typeof createDocument>): void {
  const text = JSON.stringify(description)
  const headers = description.components!.headers!
  for (const name of Object.keys(headers)) {
    if (!text.includes(JSON.stringify(reference('headers', name)))) delete headers[name]
  }
}

/** Zod's patterns for formats take several lines and say no more than the format; ours are shorter, and say more. */
function simplify(schema: { format?: string; pattern?: string }): void {
  const isFormat = schema.format === 'uuid' || schema.format === 'date-time'
  if (isFormat && (schema.pattern ?? '').length > 80) delete schema.pattern
}

function operation(
  tag: string,
  endpoint: Endpoint,
  problems: readonly number[],
  mode: Mode,
): ZodOpenApiOperationObject {
  const { operationId, summary, description, headers, responses } = endpoint
  return {
    operationId,
    summary,
    ...(description && { description }),
    tags: [tag],
    // Who may use it where tokens are required.
    'x-policy': endpoint.policy,
    security: needsToken(endpoint, mode) ? [{ bearer: [] }] : [],
    requestParams: {
      ...(endpoint.params && { path: endpoint.params as z.ZodObject }),
      ...(endpoint.query && { query: endpoint.query as z.ZodObject }),
      ...(headers && { header: headerSchema(headers) }),
    },
    ...(endpoint.body || endpoint.rawBody
      ? { requestBody: { required: true, content: requestContent(endpoint) } }
      : {}),
    responses: {
      ...Object.fromEntries(problems.map((status) => [status, reference('responses', problemName(status))])),
      ...Object.fromEntries(
        Object.entries(responses).map(([status, response]) => [
          status,
          responseOf(response, isLimited(endpoint)),
        ]),
      ),
    },
  } as ZodOpenApiOperationObject
}

/** A path of WebSockets has no response that HTTP knows. */
const isDescribed = ({ responses }: Endpoint): boolean =>
  Object.keys(responses).some((status) => status !== '101')

function needsToken({ policy }: Endpoint, mode: Mode): boolean {
  return policy === 'admin' || (policy !== 'public' && mode === 'required')
}

const isLimited = ({ unlimited }: Endpoint): boolean => unlimited !== true

function responseOf(
  { description, schema, contentTypes, headers = [] }: Endpoint['responses'][number],
  isLimited: boolean,
) {
  const content = contentTypes ?? (schema && { 'application/json': schema })
  return {
    description,
    headers: headerReferences([...headers, ...(isLimited ? LIMIT_HEADERS : [])]),
    ...(content && {
      content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
    }),
  }
}

/** What any request of the kind can be answered with, and what the endpoint adds. */
function problemStatuses(endpoint: Endpoint, mode: Mode): number[] {
  const { policy, acts, body, method, params, problems = [], query, rawBody } = endpoint
  const codes: ProblemCode[] = ['malformed-request', 'headers-too-large', 'internal', ...problems]
  if (policy !== 'public') codes.push('unauthenticated', 'unavailable', 'deadline-exceeded')
  if (isLimited(endpoint)) codes.push('too-many-requests')
  // An administrator, or an API key with the scope.
  if (policy !== 'public') codes.push('forbidden')
  if (policy !== 'public' || params || query || body) codes.push('validation-failed')
  if (body || rawBody) codes.push('request-timeout', 'payload-too-large', 'unsupported-media-type')
  if (mode === 'open') codes.push('misdirected-request')
  if (mode === 'open' && (acts || method !== 'GET')) codes.push('forbidden')
  return [...new Set(codes.map((code) => PROBLEMS[code].http))]
}

const problemName = (status: number): string =>
  STATUS_CODES[status]!.split(/[ -]/)
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')

function problemResponse(status: number): ZodOpenApiResponseObject {
  const codes = CODES.filter((code) => PROBLEMS[code].http === status)
  const headers = PROBLEM_HEADERS[status as keyof typeof PROBLEM_HEADERS] ?? []
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. '),
    headers: headerReferences(headers),
    content: { 'application/problem+json': { schema: problem, example: exampleOf(codes[0]!) } },
  }
}

const exampleOf = (code: ProblemCode): z.input<typeof problem> => ({
  type: `urn:docmgr:problem:${code}`,
  title: PROBLEMS[code].title,
  status: PROBLEMS[code].http,
  detail: 'what happened, and where the request is at fault, what would be right',
  instance: 'urn:docmgr:request:019aa1b2-0000-7000-8000-000000000002',
})

function headerReferences(names: readonly ResponseHeader[]) {
  const all = [...names, 'X-Request-Id'] as const
  return Object.fromEntries(all.map((name) => [name, reference('headers', name)]))
}

const reference = (kind: 'headers' | 'responses', name: string) => ({ $ref: `#/components/${kind}/${name}` })

function headerSchema(headers: NonNullable<Endpoint['headers']>): z.ZodObject {
  const entries = Object.entries(headers).map(([name, meaning]) => [
    name,
    typeof meaning === 'string' ? z.string().optional().meta({ description: meaning }) : meaning.optional(),
  ])
  return z.object(Object.fromEntries(entries))
}

function requestContent({ body, rawBody }: Endpoint): Record<string, object> {
  const schemas = { ...(body && { 'application/json': body.schema }), ...rawBody?.schemas }
  return Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }]))
}

/** Serves the description, which is generated once. */
export function openApiEndpoint({ groups, ...about }: ApiDescription): Endpoint {
  let document: string | undefined
  const endpoint: Endpoint = defineEndpoint({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    summary: 'This OpenAPI description',
    policy: 'public',
    responses: { 200: { description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
    handle: async () => {
      document ??= JSON.stringify(describeApi({ groups: described, ...about }))
      return { status: 200, headers: { 'content-type': 'application/json' }, text: document }
    },
  })
  const described: EndpointGroup[] = groups.map((group, index) =>
    index === groups.length - 1 ? { ...group, endpoints: [...group.endpoints, endpoint] } : group,
  )
  return endpoint
}
