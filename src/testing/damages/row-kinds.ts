import { UNREADABLE_CONTENT } from '../../domain/text-state.ts'
import type { Expected, Inflict } from './inflict.ts'
import { type DamageTarget, withoutTriggers } from './target.ts'

const OTHER_SHA256 = '0'.repeat(64)

async function alterSignature(
  { pool }: DamageTarget,
  signature: string,
  column: 'document_id' | 'content_sha256',
  value: string,
): Promise<() => Promise<unknown>> {
  const text = `update signatures.signatures s set ${column} = $2 from signatures.signatures old
    where s.id = $1 and old.id = s.id returning old.${column}::text as before`
  const { rows } = await pool.query<{ before: string }>(text, [signature, value])
  return () => pool.query(text, [signature, rows[0]!.before])
}

/** A shared cache does not learn of changes that the service does not make. */
const uncache = async ({ redis }: DamageTarget, id: string) => redis?.del(`document:${id}`)

/** Puts a signed document back, with the version that follows. */
async function unsign(target: DamageTarget, id: string): Promise<void> {
  await target.pool.query(`update documents.documents set status = 'created' where id = $1`, [id])
  await uncache(target, id)
}

const addIntent = ({ pool }: DamageTarget, signature: string, id: string) =>
  pool.query(
    `insert into signatures.signing_intents (signature_id, document_id, created_at, next_attempt_at)
     values ($1, $2, now() - interval '1 hour', now() + interval '1 day')`,
    [signature, id],
  )

const ADD_ACCESS = `
  insert into documents.access (document_id, principal, role, created_at, granted_by)
    select id, $2, $3, created_at, 'test' from documents.documents where id = $1`

/** Damages of rows. Those that change documents' versions come first, so that the index can follow. */
export const ROW_KINDS: Record<string, Inflict> = {
  async 'a document was never moved to signed'(target, { signed }) {
    const { id, signature } = signed()
    await unsign(target, id)
    return { repairable: [`document-not-signed ${signature}`] }
  },

  async 'an intent is never due'(target, { signed }) {
    const { id, signature } = signed()
    await addIntent(target, signature, id)
    await unsign(target, id)
    return { repairable: [`intent-left-open ${signature}`] }
  },

  async 'an intent is left open'(target, { signed }) {
    const { id, signature } = signed()
    await addIntent(target, signature, id)
    return { repairable: [`intent-left-open ${signature}`] }
  },

  async 'an intent has no signature'(target, { newId, document }) {
    const signature = newId()
    await addIntent(target, signature, document())
    return { repairable: [`intent-left-open ${signature}`] }
  },

  async 'the text of a content that was restored is not read'(target, { document }) {
    const id = document()
    const text = `update documents.documents set text_state = 'failed', text_reason = $2 where id = $1`
    await target.pool.query(text, [id, `${UNREADABLE_CONTENT}it is missing`])
    await uncache(target, id)
    return { repairable: [`text-unread ${id}`] }
  },

  async 'a role is lost in the readers'(target, { document }) {
    const id = document()
    const text = "update documents.documents set readers = '{}' where id = $1"
    await target.pool.query(text, [id])
    await uncache(target, id)
    return { repairable: [`readers ${id}`] }
  },

  async 'the readers have someone without a role'(target, { document }) {
    const id = document()
    const text = "update documents.documents set readers = readers || '{group:nobody}' where id = $1"
    await withoutTriggers(target, [[text, [id]]])
    await uncache(target, id)
    return { repairable: [`readers ${id}`, `index-altered ${id}`] }
  },

  async 'a role is missing in the readers'({ pool }, { document }) {
    const id = document()
    await pool.query(ADD_ACCESS, [id, 'group:late', 'editor'])
    return { repairable: [`readers ${id}`] }
  },

  async 'a role has another creation time'({ pool }, { document }) {
    const id = document()
    const text = "update documents.access set created_at = created_at + interval '1 s' where document_id = $1"
    await pool.query(text, [id])
    return { repairable: [`access-time ${id}`] }
  },

  async 'a document has no owner'({ pool }, { document }) {
    const id = document()
    const setRole = (role: string) =>
      pool.query('update documents.access set role = $2 where document_id = $1', [id, role])
    await setRole('editor')
    return { lasting: [`document-without-owner ${id}`], restore: () => setRole('owner') }
  },

  async 'a role has no document'({ pool }, { newId }) {
    const id = newId()
    const text = `insert into documents.access (document_id, principal, role, created_at, granted_by)
      values ($1, 'email:ada@example.com', 'owner', now(), 'test')`
    await pool.query(text, [id])
    return {
      lasting: [`access-without-document ${id}`],
      restore: () => pool.query('delete from documents.access where document_id = $1', [id]),
    }
  },

  async 'the SHA-256 of a row is altered'(target, { document }): Promise<Expected> {
    const id = document()
    const text = 'update documents.documents set content_sha256 = $2 where id = $1'
    const read = 'select content_sha256 as sha256 from documents.documents where id = $1'
    const { rows } = await target.pool.query<{ sha256: string }>(read, [id])
    await withoutTriggers(target, [[text, [id, OTHER_SHA256]]])
    await uncache(target, id)
    return {
      // Without its content the document of the index cannot be made again, so it is left as it is.
      lasting: [`content ${id}`, `index-altered ${id}`],
      restore: () => withoutTriggers(target, [[text, [id, rows[0]!.sha256]]]),
    }
  },

  async 'a signature has no document'(target, { signed, newId }) {
    const { id, signature } = signed()
    const restore = await alterSignature(target, signature, 'document_id', newId())
    return { lasting: [`signature-without-document ${signature}`, `signed-without-signature ${id}`], restore }
  },

  async 'a signature names another content'(target, { signed }) {
    const { signature } = signed()
    const restore = await alterSignature(target, signature, 'content_sha256', OTHER_SHA256)
    return { lasting: [`signature-of-other-content ${signature}`], restore }
  },

  async 'a signature is lost'({ pool }, { signed }) {
    const { id, signature } = signed()
    const { rows } = await pool.query('delete from signatures.signatures where id = $1 returning *', [
      signature,
    ])
    const row = Object.entries(rows[0] as Record<string, unknown>)
    return {
      lasting: [`signed-without-signature ${id}`, `object-without-row signatures/${signature}/signature.png`],
      restore: () =>
        pool.query(
          `insert into signatures.signatures (${row.map(([name]) => name).join(', ')})
           values (${row.map((_, n) => `$${n + 1}`).join(', ')})`,
          row.map(([, value]) => value),
        ),
    }
  },

  async 'a counter is wrong'({ pool, redis }, { document, random }) {
    const id = document()
    const unique = random.whole(1, 100)
    await pool.query(
      `insert into documents.views values ($1, $2 + 5, $2)
         on conflict (document_id) do update set "unique" = documents.views."unique" + $2`,
      [id, unique],
    )
    return { repairable: [`view-counter ${id}`, ...(redis ? [`cached-counter ${id}`] : [])] }
  },

  async 'a viewer was not counted'({ pool }, { document }) {
    const id = document()
    await pool.query(`insert into documents.viewers values ($1, '\\x01'), ($1, '\\x02')`, [id])
    return { repairable: [`view-counter ${id}`] }
  },
}
