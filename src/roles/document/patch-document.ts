import { z } from 'zod'
import type { ReachOf } from '../../domain/access.ts'
import { entityTag, expectedVersions, ifMatch } from '../../http/conditional.ts'
import { documentSchema, sentSchema } from '../../http/document-schemas.ts'
import { defineEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { idParams, status } from '../../http/fields.ts'
import type { DocumentStore } from './document-store.ts'
import { changeBy } from './change-by.ts'

const MAX_BODY_BYTES = 64 * 1024

const title = sentSchema('title') as z.ZodType<string>
const changes = z.object({ title: title.optional(), status: status.optional() }, 'must be a JSON object')

/** Both fields change, or neither does. Other fields are refused. */
export function patchDocument(store: Pick<DocumentStore, 'change'>, reachOf: ReachOf): Endpoint {
  return defineEndpoint({
    method: 'PATCH',
    path: '/documents/{id}',
    operationId: 'updateDocument',
    summary: 'Changes the title, the status or both',
    policy: 'change',
    description:
      'A document only moves forward: created, sent, viewed, signed, completed, archived. Steps may be skipped, but ' +
      'only a signature leads to signed, and only a signed document becomes completed; cancelled is reached from any ' +
      'status before signed. The title of a signed or archived document is frozen. Setting a current value is a ' +
      'no-op and does not bump the version.',
    params: idParams,
    body: { schema: changes, maxBytes: MAX_BODY_BYTES },
    headers: { 'If-Match': ifMatch },
    problems: ['document-not-found', 'forbidden', 'version-mismatch', 'status-not-allowed', 'title-frozen'],
    responses: {
      200: { description: 'the document as it is now', schema: documentSchema, headers: ['ETag'] },
    },
    async handle({ params, body, headers }, context) {
      const versions = expectedVersions(headers['if-match'])
      const wanted = {
        ...(body.title !== undefined && { title: body.title }),
        ...(body.status && { status: body.status }),
      }
      const document = await store.change(params.id, wanted, { versions, ...changeBy(context, reachOf) })
      return { status: 200, headers: { etag: entityTag(document.version) }, json: document }
    },
  })
}
