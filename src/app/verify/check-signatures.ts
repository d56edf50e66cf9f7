import { queryRows } from '../../db/query.ts'
import { type CheckContext, pagesOf } from './damage.ts'

const PAGE_SIZE = 500

/** Every signature has its document. */
export async function checkSignatures(context: CheckContext): Promise<void> {
  const { pool, retry, report } = context
  const page = `
    select s.id, s.document_id from signatures.signatures s
     where ($1::uuid is null or s.id > $1)
       and not exists (select from documents.documents d where d.id = s.document_id)
     order by s.id limit ${PAGE_SIZE}`
  const read = (after: string | null): Promise<{ id: string; document_id: string }[]> =>
    retry.retry(() => queryRows(pool, page, [after]))
  for await (const rows of pagesOf(read)) {
    for (const { id, document_id } of rows) {
      const detail = `its document ${document_id} has no row`
      report({ kind: 'signature-without-document', subject: id, detail, repaired: false })
    }
  }
}
