import { randomUUID } from 'node:crypto'
import type { Api } from '../../client/api.ts'
import { ApiError } from '../../client/problem.ts'
import type { Document } from '../../domain/document-fields.ts'
import { isForward } from '../../domain/document-status.ts'
import type { Plan, PlannedDocument } from './plan.ts'

/** What was created, without what existed already. */
export interface SeedResult {
  documents: number
  signatures: number
  /** status changes, without those by a signature */
  moves: number
  /** documents that existed already */
  already: number
}

/** The documents of this plan that exist already, by their title, which is unique within the plan. */
export async function findExisting(api: Api, plan: Plan): Promise<Map<string, Document>> {
  const existing = new Map<string, Document>()
  for (const author of plan.authors) {
    for await (const document of api.listDocuments({ created_by: author }))
      existing.set(document.title, document)
  }
  return existing
}

/**
 * Creates a planned document, or what an interruption left out of it. The status shows what is missing: signatures come
 * in the order of the plan, and the change to a status after `signed` is last.
 */
export async function applyPlan(
  api: Api,
  planned: PlannedDocument,
  existing: Document | undefined,
  image: () => string,
  result: SeedResult,
): Promise<void> {
  // Someone else may have changed the status; the document is left as it is then.
  if (existing && !isForward(existing.status, planned.status)) {
    result.already++
    return
  }
  const { title, content, content_type, created_by, status, signers, drawn } = planned
  const document =
    existing ??
    (await api.createDocument({ title, content, content_type, created_by }, `seed-${randomUUID()}`))
  if (!existing) result.documents++
  for (const { name, email } of signers) {
    const signature = {
      document_id: document.id,
      signer_email: email,
      signer_name: name,
      ...(drawn && { signature_data: image() }),
    }
    if (await signOnce(api, signature)) result.signatures++
  }
  if (status !== 'created' && status !== 'signed') {
    await api.setStatus(document.id, status)
    result.moves++
  }
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
