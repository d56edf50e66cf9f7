import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { SUPERUSER } from '../../db/embedded/data-folder.ts'
import { readPostmasterFile } from '../../db/embedded/leftovers.ts'
import { SOCKET_PORT } from '../../db/embedded/socket-folder.ts'

/** The number of the embedded server's process. */
export async function postmasterPid(data: string): Promise<number> {
  const file = await readPostmasterFile(join(data, 'postgres', 'data'))
  if (!file) throw new Error(`no PostgreSQL runs on ${data}`)
  return file.pid
}

/** Works on the database of the running service, behind its back. */
export async function withDatabase<T>(data: string, work: (client: Client) => Promise<T>): Promise<T> {
  const folder = join(data, 'postgres')
  const file = await readPostmasterFile(join(folder, 'data'))
  if (!file) throw new Error(`no PostgreSQL runs on ${data}`)
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim()
  const client = new Client({
    host: file.socketFolder,
    port: SOCKET_PORT,
    user: SUPERUSER,
    password,
    database: 'docmgr',
    connectionTimeoutMillis: 10_000,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Documents that the table and the index do not have alike, as sentences. */
export async function differencesOfIndex(client: Client): Promise<string[]> {
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

/** Words that more than one document begins with: a request that happened twice. */
export async function doubles(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ word: string }>(
    "select split_part(title, ' ', 1) as word from documents.documents group by 1 having count(*) > 1",
  )
  return rows.map(({ word }) => word)
}
