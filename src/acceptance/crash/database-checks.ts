import type { Client } from 'pg'

/** Documents whose row and search document differ, one sentence each. */
export async function indexDifferences(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ id: string; row: string | null; indexed: string | null }>(`
    with tabled as (
      select id, row(id, content_sha256, status, content_type, content_size, created_at, updated_at, version,
                     deleted_at is not null, case when deleted_at is null then title else '' end)::text as row
      from documents.documents
    ), indexed as (
      select id, row(id, case when deleted then t.content_sha256 else s.content_sha256 end, s.status, s.content_type,
                     s.content_size, s.created_at, s.updated_at, s.version, s.deleted, s.title)::text as indexed
      from search.documents s left join documents.documents t using (id)
    )
    select id, row, indexed from tabled full join indexed using (id) where row is distinct from indexed limit 20`)
  return rows.map(({ id, row, indexed }) => `${id}: table ${row ?? 'nothing'}, index ${indexed ?? 'nothing'}`)
}

/** First words that several documents share: their request was executed twice. */
export async function duplicates(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ word: string }>(
    "select split_part(title, ' ', 1) as word from documents.documents group by 1 having count(*) > 1",
  )
  return rows.map(({ word }) => word)
}
