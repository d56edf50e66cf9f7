import type { Pool } from 'pg'
import { z } from 'zod'
import { queryRows } from '../../db/query.ts'
import { ACCESS_ROLES, type AccessRole, type Action, type ReachOf, rolesFor } from '../../domain/access.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams } from '../../http/fields.ts'
import type { ReadDocument } from './read-document.ts'

const ACTIONS = ['read', 'change', 'share'] as const satisfies readonly Action[]

const permissions = z
  .object({
    role: z.enum(ACCESS_ROLES).nullable().describe('null: the caller has none, and may read every document'),
    actions: z
      .array(z.enum(ACTIONS))
      .describe('read; change: also title and status, and deletion; share: also who may use it'),
  })
  .meta({
    id: 'DocumentPermissions',
    description: 'what the caller may do with a document',
    examples: [{ role: 'editor', actions: ['read', 'change'] }],
  })

const ROLES = 'SELECT role FROM documents.access WHERE document_id = $1 AND principal = ANY($2)'

export interface GetDocumentPermissionsOptions {
  pool: Pool
  read: ReadDocument
  reachOf: ReachOf
}

/** So that a page offers only what the service will do; what it refuses, it refuses by itself. */
export function getDocumentPermissions({ pool, read, reachOf }: GetDocumentPermissionsOptions): Endpoint {
  return defineEndpoint({
    method: 'GET',
    path: '/documents/{id}/permissions',
    policy: 'read',
    operationId: 'getDocumentPermissions',
    summary: 'What the caller may do with a document',
    params: idParams,
    responses: { 200: { description: 'role and actions', schema: permissions, headers: ['Cache-Control'] } },
    problems: ['document-not-found'],
    async handle({ params: { id } }, { principal }) {
      await read(id, reachOf(principal, 'read'))
      const subjects = ACTIONS.map((action) => reachOf(principal, action)).filter((reach) => reach !== 'all')
      const found =
        subjects.length === 0
          ? []
          : await queryRows<{ role: AccessRole }>(pool, ROLES, [id, [...new Set(subjects.flat())]])
      const roles = found.map(({ role }) => role)
      const may = (action: Action): boolean =>
        reachOf(principal, action) === 'all' || rolesFor(action).some((role) => roles.includes(role))
      const role = ACCESS_ROLES.findLast((one) => roles.includes(one)) ?? null
      return {
        status: 200,
        headers: { 'cache-control': 'private, no-cache' },
        json: { role, actions: ACTIONS.filter(may) },
      }
    },
  })
}
