import { randomUUID } from 'node:crypto'
import { type Api } from '../../client/api.ts'
import { ApiError } from '../../client/problem.ts'
import { type Document, type DocumentStatus, statusMove } from '../../domain/document.ts'
import { type Plan, type PlannedDocument } from './contract.ts'

/** What was made; what was there already is not counted. */
export interface Sown {
  documents: number
  signatures: number
  /** status moves, without those that a signature makes */
  moves: number
  already: number
}

/** The documents of this plan that are there already, by their title, which is unique within it. */
export async function findSown(api: Api, plan: Plan): Promise<Map<string, Document>> {
  const there = new Map<string, Document>()
  for (const author of plan.authors) {
    for await (const document of api.listDocuments({ created_by: author }))
      there.set(document.title, document)
  }
  return there
}

/**
 * Makes one planned document, or what is missing of it after an interruption. The status tells how far it
 * got: signatures come in the plan's order, and the move beyond `signed` comes last.
 */
export async function sow(
  api: Api,
  planned: PlannedDocument,
  there: Document | undefined,
  image: () => string,
  sown: Sown,
): Promise<void> {
  if (there && !isUnfinished(there.status, planned)) {
    sown.already++
    return
  }
  const { title, content, content_type, created_by, status, signers, drawn } = planned
  const document =
    there ?? (await api.createDocument({ title, content, content_type, created_by }, `seed-${randomUUID()}`))
  if (!there) sown.documents++
  for (const { name, email } of signers) {
    const signature = {
      document_id: document.id,
      signer_email: email,
      signer_name: name,
      ...(drawn && { signature_data: image() }),
    }
    if (await signOnce(api, signature)) sown.signatures++
  }
  if (status !== 'created' && status !== 'signed') {
    await api.setStatus(document.id, status)
    sown.moves++
  }
}

/** Someone else may have moved it on, or elsewhere: that stays as it is. */
function isUnfinished(present: DocumentStatus, { status }: PlannedDocument): boolean {
  return statusMove(present, status) === 'allowed'
}

async function signOnce(api: Api, signature: Parameters<Api['sign']>[0]): Promise<boolean> {
  try {
    await api.sign(signature, `seed-${randomUUID()}`)
    return true
  } catch (error) {
    if (error instanceof ApiError && error.code === 'already-signed') return false
    throw error
  }
}
