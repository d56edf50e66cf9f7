import { queryRows } from '../../db/query.ts'
import { statusesBefore } from '../../domain/document-status.ts'
import { type Check, type CheckResources, type Finding, idsOf, NO_FAILURES, pagesOfIds } from './check.ts'

/** Statuses in which a document waits for its signature. */
const UNSIGNED = statusesBefore('signed', 'signature')
/** Statuses that only a signature leads to. */
const SIGNED = ['signed', 'completed']
/** Far beyond the longest pause between two attempts of the signature role. */
const MAX_PAUSE = `interval '10 minutes'`

/**
 * Signatures, their documents and their intents. A signature commits with its intent, the document moves, and then the
 * intent goes; one statement sees all three tables at the same moment, so each of these states is a damage at any moment.
 */
export const signatureChecks = (resources: CheckResources): Check[] => [
  signatureCheck(resources),
  intentCheck(resources),
  signedDocumentCheck(resources),
]

interface SignatureRow {
  id: string
  document_id: string
  has_document: boolean
  is_of_other_content: boolean
  is_waiting: boolean
}

function signatureCheck(resources: CheckResources): Check {
  const { pool } = resources
  const text = `
    select s.id, s.document_id, d.id is not null as has_document,
           coalesce(s.content_sha256 <> d.content_sha256, false) as is_of_other_content,
           coalesce(d.deleted_at is null and d.status = any($2) and i.signature_id is null, false) as is_waiting
      from signatures.signatures s
      left join documents.documents d on d.id = s.document_id
      left join signatures.signing_intents i on i.signature_id = s.id
     where s.id = any($1::uuid[])`
  return {
    name: 'signatures',
    pages: () => pagesOfIds(resources, idsOf('signatures.signatures')),
    async examine(ids) {
      return (await queryRows<SignatureRow>(pool, text, [ids, UNSIGNED])).flatMap(findingsOf)
    },
    async repair(findings) {
      const ids = findings.map(({ subject }) => subject)
      await queryRows(
        pool,
        `insert into signatures.signing_intents (signature_id, document_id)
         select id, document_id from signatures.signatures where id = any($1::uuid[])
             on conflict do nothing`,
        [ids],
      )
      return NO_FAILURES
    },
  }
}

function findingsOf(row: SignatureRow): Finding[] {
  const { id: subject, document_id } = row
  if (!row.has_document) {
    const detail = `its document ${document_id} has no row`
    return [{ kind: 'signature-without-document', subject, detail }]
  }
  const findings: Finding[] = []
  if (row.is_of_other_content) {
    const detail = `it names another SHA-256 than its document ${document_id}`
    findings.push({ kind: 'signature-of-other-content', subject, detail })
  }
  if (row.is_waiting) {
    const detail = `its document ${document_id} was never moved to signed, and no intent is left to do it`
    findings.push({ kind: 'document-not-signed', subject, detail })
  }
  return findings
}

interface IntentRow {
  id: string
  has_moved: boolean
  has_signature: boolean
  next_attempt_at: string
}

/** An intent of a document that is signed is removed at once; the attempts of the others are minutes apart. */
function intentCheck(resources: CheckResources): Check {
  const { pool } = resources
  const open = 'rejected_because is null'
  const text = `
    select i.signature_id as id, s.id is not null as has_signature, i.next_attempt_at,
           coalesce(d.status <> all($2), false) as has_moved
      from signatures.signing_intents i
      left join signatures.signatures s on s.id = i.signature_id
      left join documents.documents d on d.id = i.document_id
     where ${open} and i.signature_id = any($1::uuid[])
       and (s.id is null or i.next_attempt_at > now() + ${MAX_PAUSE}
            or d.status <> all($2) and i.created_at < now() - ${MAX_PAUSE})`
  return {
    name: 'intents',
    pages: () => pagesOfIds(resources, idsOf('signatures.signing_intents', open, 'signature_id')),
    async examine(ids) {
      const rows = await queryRows<IntentRow>(pool, text, [ids, UNSIGNED])
      return rows.map((row) => ({ kind: 'intent-left-open', subject: row.id, detail: reasonOf(row) }))
    },
    /** The signature role removes one that has nothing left to do. */
    async repair(findings) {
      const ids = findings.map(({ subject }) => subject)
      await queryRows(
        pool,
        `delete from signatures.signing_intents i
          where signature_id = any($1::uuid[])
            and not exists (select from signatures.signatures s where s.id = i.signature_id)`,
        [ids],
      )
      await queryRows(
        pool,
        `delete from signatures.signing_intents i using documents.documents d
          where d.id = i.document_id and d.status <> all($2) and signature_id = any($1::uuid[])`,
        [ids, UNSIGNED],
      )
      await queryRows(
        pool,
        'update signatures.signing_intents set next_attempt_at = now() where signature_id = any($1::uuid[])',
        [ids],
      )
      return NO_FAILURES
    },
  }
}

function reasonOf({ has_signature, has_moved, next_attempt_at }: IntentRow): string {
  if (!has_signature) return 'the intent has no signature'
  if (has_moved) return 'its document has moved on, and the intent is still open'
  return `its next attempt is only due at ${next_attempt_at}`
}

function signedDocumentCheck(resources: CheckResources): Check {
  const { pool } = resources
  const text = `
    select id, status from documents.documents d
     where id = any($1::uuid[]) and status = any($2)
       and not exists (select from signatures.signatures s where s.document_id = d.id)`
  return {
    name: 'statuses',
    pages: () => pagesOfIds(resources, idsOf('documents.documents')),
    async examine(ids) {
      const rows = await queryRows<{ id: string; status: string }>(pool, text, [ids, SIGNED])
      return rows.map(({ id: subject, status }) => ({
        kind: 'signed-without-signature',
        subject,
        detail: `it is ${status}, and no signature names it`,
      }))
    },
  }
}
