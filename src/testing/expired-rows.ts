import type { Pool } from 'pg'
import { createUuidV7 } from '../runtime/ids.ts'

const newId = createUuidV7()

/** How many of each kind `addExpiring` adds that have expired, as `docmgr gc --json` has it. */
export const ADDED_EXPIRED = { idempotency_keys: 1_002, sessions: 2, login_links: 2 }

const KEYS = `
  insert into SCHEMA.idempotency_keys (principal, key, request_hash, status, answer, created_at)
  select $1, name || number, 'h', 201, '{}', now() - age::interval
    from unnest($2::text[], $3::text[], $4::int[]) as of(name, age, numbers), generate_series(1, numbers) as number`
const SESSIONS = `
  insert into people.sessions (cookie_sha256, person_id, seen_at, expires_at)
  select $1::text || name, gen_random_uuid(), now() + seen::interval, now() + expires::interval
    from unnest($2::text[], $3::text[], $4::text[]) as of(name, seen, expires)`
const LINKS = `
  insert into people.login_links (token_sha256, person_id, expires_at, used_at)
  select $1::text || name, gen_random_uuid(), now() + expires::interval, now() + used::interval
    from unnest($2::text[], $3::text[], $4::text[]) as of(name, expires, used)`
const API_KEYS = `
  insert into people.api_keys (id, name, secret_sha256, person_id, scopes, expires_at, revoked_at)
  values (left($1, 11) || 'e', $1, 'h', gen_random_uuid(), '{read}', now() - interval '1 year', null),
         (left($1, 11) || 'r', $1, 'h', gen_random_uuid(), '{read}', null, now() - interval '1 year')`

/**
 * Adds rows that have expired, more than one batch of them, and rows that must stay.
 * @returns the names of those that are left now
 */
export async function addExpiring(pool: Pool): Promise<() => Promise<string[]>> {
  const run = newId().slice(-12)
  const keys = [
    ['old', 'just', 'new'],
    ['26 hours', '24 hours 30 minutes', '1 minute'],
  ]
  await pool.query(KEYS.replace('SCHEMA', 'documents'), [run, ...keys, [1_001, 1, 1]])
  await pool.query(KEYS.replace('SCHEMA', 'signatures'), [run, ...keys, [1, 1, 1]])
  const sessions = [
    ['over', 'idle', 'used'],
    ['-1 hours', '-13 hours', '-11 hours'],
    ['-1 minutes', '1 days', '1 days'],
  ]
  await pool.query(SESSIONS, [run, ...sessions])
  const links = [
    ['late', 'usedlate', 'valid', 'usednow'],
    ['-1 minutes', '-1 minutes', '5 minutes', '5 minutes'],
    [null, '-5 minutes', null, '-1 minutes'],
  ]
  await pool.query(LINKS, [run, ...links])
  await pool.query(API_KEYS, [run])
  return async () => {
    const text = `
      select 'key ' || key as name from documents.idempotency_keys where principal = $1
      union all select 'key of signatures ' || key from signatures.idempotency_keys where principal = $1
      union all select 'session ' || substr(cookie_sha256, 13) from people.sessions where starts_with(cookie_sha256, $1)
      union all select 'link ' || substr(token_sha256, 13) from people.login_links where starts_with(token_sha256, $1)
      union all select 'api key ' || right(id, 1) from people.api_keys where name = $1`
    const { rows } = await pool.query<{ name: string }>(text, [run])
    return rows.map(({ name }) => name).toSorted()
  }
}

/** What `addExpiring` leaves for good. */
export const NOT_EXPIRED = [
  'api key e',
  'api key r',
  'key just1',
  'key new1',
  'key of signatures just1',
  'key of signatures new1',
  'link usednow',
  'link valid',
  'session used',
]
