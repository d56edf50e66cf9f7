import type { IncomingMessage } from 'node:http'
import { isProblem } from '../domain/errors.ts'
import { isTried, refusedBy, type Refusals, type Refused, type Tried } from '../domain/refusals.ts'
import { canonicalUuid } from '../domain/uuid.ts'
import type { Endpoint } from './endpoint.ts'
import { readRefusedBody } from './refused-body.ts'

/** The endpoints, of which each that is about a document says who was refused. */
export const recordingRefusals = (
  endpoints: readonly Endpoint[],
  refusals: Pick<Refusals, 'record'>,
): Endpoint[] =>
  endpoints.map((endpoint) => {
    const { policy, path } = endpoint
    return isTried(policy) ? { ...endpoint, onError: recorder(path, policy, refusals) } : endpoint
  })

function recorder(
  path: string,
  tried: Tried,
  refusals: Pick<Refusals, 'record'>,
): NonNullable<Endpoint['onError']> {
  const named = /^\/(document|signature)s\/\{id\}/.exec(path)?.[1] as 'document' | 'signature' | undefined

  const inPath = ({ id }: Record<string, string>): Refused | undefined => {
    const known = id === undefined ? undefined : canonicalUuid(id)
    if (known === undefined) return undefined
    return named === 'document' ? { document: known } : { signature: known }
  }

  return (error, params, context, request) => {
    const record = (refused: Refused | undefined): void => {
      if (refused) refusals.record(refused, tried, context)
    }
    const document = refusedBy(error)
    if (document !== undefined) return record({ document })
    // Who was refused before the handler looked at the document is refused whatever it is.
    if (!isProblem(error, 'unauthenticated', 'forbidden')) return
    if (named) record(inPath(params))
    else void inBody(request).then(record)
  }
}

/** Operations without an id in their path name the document in their body. */
async function inBody(request: IncomingMessage): Promise<Refused | undefined> {
  const body = await readRefusedBody(request)
  try {
    const { document_id: id } = JSON.parse(String(body)) as { document_id?: unknown }
    const document = typeof id === 'string' ? canonicalUuid(id) : undefined
    return document === undefined ? undefined : { document }
  } catch {
    return undefined
  }
}
