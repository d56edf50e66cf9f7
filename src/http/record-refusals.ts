import { isProblem } from '../domain/errors.ts'
import { isTried, refusedBy, type Refusals, type Refused, type Tried } from '../domain/refusals.ts'
import { canonicalUuid } from '../domain/uuid.ts'
import type { Endpoint } from './endpoint.ts'

/** The endpoints, of which each that is about a document says who was refused. */
export const recordingRefusals = (endpoints: readonly Endpoint[], refusals: Refusals): Endpoint[] =>
  endpoints.map((endpoint) => {
    const { policy, path } = endpoint
    return isTried(policy) ? { ...endpoint, onError: recorder(path, policy, refusals) } : endpoint
  })

function recorder(path: string, tried: Tried, refusals: Refusals): NonNullable<Endpoint['onError']> {
  const named = /^\/(document|signature)s\/\{id\}/.exec(path)?.[1] as 'document' | 'signature' | undefined

  /** Who was refused before the handler looked at the document is refused whatever it is. */
  function refusedEarly(error: unknown, { id }: Record<string, string>): Refused | undefined {
    if (!isProblem(error, 'unauthenticated', 'forbidden')) return undefined
    const known = id === undefined ? undefined : canonicalUuid(id)
    if (known === undefined || named === undefined) return undefined
    return named === 'document' ? { document: known } : { signature: known }
  }

  return (error, params, context) => {
    const document = refusedBy(error)
    const refused = document === undefined ? refusedEarly(error, params) : { document }
    if (refused) refusals.record(refused, tried, context)
  }
}
