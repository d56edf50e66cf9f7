/** Who may see which signatures, and what of them. */
import { type Action, isReader, type Reach, reachOf } from '../../domain/access.ts'
import { DomainError, invalidField } from '../../domain/errors.ts'
import { refusing } from '../../domain/refusals.ts'
import { type Principal, type RequestContext, SIGNATURE_ROLE } from '../../domain/request.ts'
import { type DocumentAccess, type Documents, MAX_ACCESS_IDS } from '../../ports/documents/port.ts'
import { storedAddress } from '../../runtime/email-address.ts'

/** What decides about a signature. */
interface Signed {
  document_id: string
  signer_email: string
}

/** What one caller may see. */
export interface Sight {
  /** the caller may read every document */
  readonly seesAll: boolean
  /** the caller's own address, whose signatures are always visible to them; undefined without a token */
  readonly address: string | undefined
  mayRead(documentId: string): boolean
  /** As who may read the document, or as the signer. */
  maySee(signature: Signed): boolean
  /** Also its image and the addresses: as an owner of the document, or as the signer. */
  maySeeEvidence(signature: Signed): boolean
}

export interface SignatureAccess {
  /**
   * Learns from the document role what the caller may see of these documents.
   * @throws DomainError unavailable, deadline-exceeded, validation-failed of too many documents
   */
  sightOf(documentIds: readonly string[], context: RequestContext): Promise<Sight>
  /** @throws DomainError forbidden for a signer that is not the caller, unless that is allowed */
  requireSigner(signed: Signed, principal: Principal): void
  /** The address of who signs for someone else. */
  signsFor(signerEmail: string, principal: Principal): string | null
}

export function createSignatureAccess(documents: Documents, mode: 'open' | 'required'): SignatureAccess {
  const reach = (principal: Principal, action: Action): Reach => reachOf(principal, action, mode)
  return {
    async sightOf(documentIds, context) {
      const { principal } = context
      const [readable, owned] = [reach(principal, 'read'), reach(principal, 'share')]
      const knowsAll = owned === 'all' || documentIds.length === 0
      // The role asks for itself: what the caller may see is decided here, by the answer.
      const asker = { ...context, principal: SIGNATURE_ROLE, signal: context.signal }
      const found = knowsAll ? NONE : await accessTo(documents, [...new Set(documentIds)], asker)
      const isSigner = ({ signer_email }: Signed): boolean => isAddressOf(principal, signer_email)
      const isIn = (of: 'readers' | 'owners', id: string, within: Reach): boolean =>
        within === 'all' || isReader(found.get(id)?.[of] ?? [], within)
      return {
        seesAll: readable === 'all',
        address: principal.kind === 'user' ? storedAddress(principal.email) : undefined,
        mayRead: (id) => isIn('readers', id, readable),
        maySee: (signature) => isIn('readers', signature.document_id, readable) || isSigner(signature),
        maySeeEvidence: (signature) => isIn('owners', signature.document_id, owned) || isSigner(signature),
      }
    },
    signsFor: (signerEmail, principal) =>
      principal.kind === 'user' && !isAddressOf(principal, signerEmail)
        ? storedAddress(principal.email)
        : null,
    requireSigner({ document_id, signer_email: signerEmail }, principal) {
      if (mode === 'open' || principal.kind !== 'user' || isAddressOf(principal, signerEmail)) return
      if (principal.admin || principal.scopes?.includes('sign:for-others') === true) return
      const why =
        'signer_email must be your own address: only administrators, and API keys with the scope sign:for-others, sign for others'
      const errors = [{ field: 'signer_email', detail: `must be ${principal.email}` }]
      throw refusing(document_id, new DomainError('forbidden', why, { errors }))
    },
  }
}

const NONE: ReadonlyMap<string, DocumentAccess> = new Map()

async function accessTo(
  documents: Documents,
  ids: readonly string[],
  context: RequestContext,
): Promise<ReadonlyMap<string, DocumentAccess>> {
  if (ids.length <= MAX_ACCESS_IDS) return documents.access(ids, context)
  throw invalidField('query.document_id', `must be at most ${MAX_ACCESS_IDS} documents`)
}

const isAddressOf = (principal: Principal, address: string): boolean =>
  principal.kind === 'user' && caseless(principal.email) === caseless(address)

const caseless = (address: string): string => storedAddress(address).toLowerCase()
