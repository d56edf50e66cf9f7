import type { Client } from 'pg'
import { indexedDocuments } from '../../testing/search-index.ts'

/** Of a deleted document the index only has to know that. */
const ROWS = `
  select id, version::int, deleted_at is not null as deleted,
         case when deleted_at is null then json_build_object(
           'title', title, 'content_sha256', content_sha256, 'status', status, 'content_type', content_type,
           'content_size', content_size, 'created_by', created_by, 'created_at', created_at, 'updated_at', updated_at
         )::text end as fields
    from documents.documents`

/** What row and index have alike. */
interface Fields {
  title: string
  content_sha256: string | null
  status: string
  content_type: string
  content_size: number
  created_by: string
  created_at: string
  updated_at: string
}

interface Row {
  id: string
  version: number
  deleted: boolean
  fields: string | null
}

/** Documents whose row and search document differ, one sentence each. @param data of the service, which runs */
export async function indexDifferences(client: Client, data: string): Promise<string[]> {
  const { rows } = await client.query<Row>(ROWS)
  const indexed = await indexedDocuments(data)
  const known = new Set(rows.map(({ id }) => id))
  return [
    ...rows.flatMap((row) => {
      const [expected, found] = [textOf(row, JSON.parse(row.fields ?? '{}')), indexed.get(row.id)]
      const actual = found && textOf(found, found)
      return actual === expected ? [] : [`${row.id}: table ${expected}, index ${actual ?? 'nothing'}`]
    }),
    ...[...indexed.keys()].filter((id) => !known.has(id)).map((id) => `${id}: table nothing, index has it`),
  ].slice(0, 20)
}

function textOf({ version, deleted }: Pick<Row, 'version' | 'deleted'>, fields: Partial<Fields>): string {
  if (deleted) return `version ${version}, deleted`
  const { title, content_sha256, status, content_type, content_size, created_by } = fields
  const times = [fields.created_at, fields.updated_at].map((time) => new Date(time!).toISOString())
  const values = [title, content_sha256, status, content_type, content_size, created_by, ...times]
  return `version ${version}: ${values.join(', ')}`
}

/** First words that several documents share: their request was executed twice. */
export async function duplicates(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ word: string }>(
    "select split_part(title, ' ', 1) as word from documents.documents group by 1 having count(*) > 1",
  )
  return rows.map(({ word }) => word)
}
