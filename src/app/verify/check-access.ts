import { inTransaction, queryRows } from '../../db/query.ts'
import type { DocumentCache } from '../../ports/cache/port.ts'
import {
  type Check,
  type CheckResources,
  type Finding,
  idsOf,
  NO_FAILURES,
  PAGE_SIZE,
  pagesOfIds,
} from './check.ts'

interface Row {
  id: string
  version: number | null
  readers: string[]
  principals: string[]
  has_owner: boolean
  has_other_time: boolean
}

/** One statement, so that rows and readers are of one moment; they are written in one transaction. */
const ACCESS = `
  select o.id, d.version, coalesce(d.readers, '{}') as readers, a.*
    from unnest($1::uuid[]) as o(id)
    left join documents.documents d on d.id = o.id
    cross join lateral (
      select coalesce(array_agg(principal::text), '{}') as principals,
             coalesce(bool_or(role = 'owner'), false) as has_owner,
             coalesce(bool_or(created_at <> d.created_at), false) as has_other_time
        from documents.access where document_id = o.id) a`

const GRANTED = `
  select distinct document_id as id from documents.access
   where $1::uuid is null or document_id > $1 order by id limit ${PAGE_SIZE}`

/** Holds what a change of access holds. */
const LOCK = 'select version from documents.documents where id = $1 for update'
const KEEP_READERS = `
  update documents.documents d
     set readers = coalesce(
           (select array_agg(principal::text
                     order by array_position('{owner,editor,reader}'::text[], role::text), granted_at, principal)
              from documents.access where document_id = d.id), '{}')
   where id = $1`
const KEEP_TIMES = `
  update documents.access a set created_at = d.created_at from documents.documents d
   where d.id = a.document_id and d.id = any($1::uuid[]) and a.created_at <> d.created_at`

/**
 * Compare who has a role in a document with the readers of its row, which the feed, the cache and the indexes have, in both
 * directions.
 * @param cache has the readers, too
 */
export function accessChecks(resources: CheckResources, cache: DocumentCache | undefined): Check[] {
  const { pool } = resources
  const shared: Omit<Check, 'pages'> = {
    name: 'access',
    async examine(ids) {
      return (await queryRows<Row & Record<string, unknown>>(pool, ACCESS, [ids])).flatMap(findingsOf)
    },
    async repair(findings) {
      const subjectsOf = (kind: Finding['kind']): string[] =>
        findings.filter((finding) => finding.kind === kind).map(({ subject }) => subject)
      for (const id of subjectsOf('readers')) {
        await inTransaction(pool, async (transaction) => {
          await queryRows(transaction, LOCK, [id])
          await queryRows(transaction, KEEP_READERS, [id])
        })
        await cache?.forget(id, 0)
      }
      await queryRows(pool, KEEP_TIMES, [subjectsOf('access-time')])
      return NO_FAILURES
    },
  }
  return [
    { ...shared, pages: () => pagesOfIds(resources, idsOf('documents.documents')) },
    // Grants of documents without a row; all others were examined above.
    {
      ...shared,
      pages: () => pagesOfIds(resources, GRANTED),
      examine: async (ids) =>
        (await shared.examine(ids)).filter(({ kind }) => kind === 'access-without-document'),
    },
  ]
}

function findingsOf(row: Row): Finding[] {
  const { id: subject, version, readers, principals } = row
  if (version === null) {
    if (principals.length === 0) return []
    const detail = `${principals.length} have a role in a document without a row`
    return [{ kind: 'access-without-document', subject, detail }]
  }
  const findings: Finding[] = []
  const found = (kind: Finding['kind'], detail: string): void =>
    void findings.push({ kind, subject, detail, state: version })
  const lacking = principals.filter((one) => !readers.includes(one)).length
  const others = readers.filter((one) => !principals.includes(one)).length
  if (lacking + others > 0 || readers.length !== principals.length) {
    const count = `${principals.length} have a role in it`
    found('readers', `${count}; its readers lack ${lacking} of them, and have ${others} others`)
  }
  if (!row.has_owner) found('document-without-owner', 'nobody has the role owner in it')
  if (row.has_other_time) found('access-time', 'a role in it has another creation time than the document')
  return findings
}
