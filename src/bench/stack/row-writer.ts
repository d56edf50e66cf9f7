import { Client } from 'pg'
import { createUuidV7 } from '../../runtime/ids.ts'

/** An object that rows name as their content; several may name the same one. */
export interface Content {
  s3_key: string
  content_size: number
  content_sha256: string | null
}

/** Changes the table of documents past the roles, on a connection of its own to PostgreSQL itself. */
export interface RowWriter {
  newId(): string
  /** Commits one row. A row without a content has an empty one, which nobody reads. */
  insert(id: string, title: string, content?: Content): Promise<void>
  /** Commits many rows, a thousand at a time, and gives their ids. */
  insertMany(count: number, content?: Content): Promise<string[]>
  /** Commits a new title. */
  rename(id: string, title: string): Promise<void>
  contentOf(id: string): Promise<Content>
  /** bytes of the table and its indexes, and how many rows it has */
  size(): Promise<{ bytes: number; rows: number }>
  /** bytes of log that the server has written so far */
  logBytes(): Promise<number>
  stop(): Promise<void>
}

const ROWS_A_COMMIT = 1_000
const INSERT = `
  insert into documents.documents (id, title, content_size, content_sha256, s3_key, created_by)
  select id, title, $3, $4, coalesce($5, id || '/content'), 'ada@example.com' from unnest($1::uuid[], $2::text[]) as row (id, title)`

export async function openRowWriter(url: string): Promise<RowWriter> {
  const client = new Client({ connectionString: url, application_name: 'docmgr bench' })
  await client.connect()
  const newId = createUuidV7()

  const insert = async (ids: string[], titles: string[], content?: Content): Promise<void> => {
    const { content_size = 0, content_sha256 = null, s3_key = null } = content ?? {}
    await client.query(INSERT, [ids, titles, content_size, content_sha256, s3_key])
  }

  return {
    newId,
    insert: (id, title, content) => insert([id], [title], content),
    async insertMany(count, content) {
      const ids = Array.from({ length: count }, () => newId())
      for (let n = 0; n < count; n += ROWS_A_COMMIT) {
        const some = ids.slice(n, n + ROWS_A_COMMIT)
        const titles = some.map((_, index) => `Agreement ${n + index} on deliveries`)
        await insert(some, titles, content)
      }
      return ids
    },
    async rename(id, title) {
      await client.query('update documents.documents set title = $2 where id = $1', [id, title])
    },
    async contentOf(id) {
      const { rows } = await client.query<Content>(
        'select s3_key, content_size::float8 as content_size, content_sha256 from documents.documents where id = $1',
        [id],
      )
      return rows[0]!
    },
    async size() {
      const { rows } = await client.query<{ bytes: number; rows: number }>(
        `select pg_total_relation_size('documents.documents')::float8 as bytes, count(*)::float8 as rows
           from documents.documents`,
      )
      return rows[0]!
    },
    async logBytes() {
      const { rows } = await client.query<{ bytes: number }>(
        `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes`,
      )
      return rows[0]!.bytes
    },
    stop: () => client.end(),
  }
}
