import { connectAlone } from '../db/backup-lock.ts'
import { connectionOf } from '../db/connection-url.ts'
import { stack } from './stack.ts'
import type { Undo } from './undoing.ts'

/** Any number that no other lock of the database postgres has. */
const LOCK = 7_302_115_116

/** All test files have the same users of the broker, and each takes away rights that it does not know: one at a time. */
export async function claimKafkaUsers(undo: Undo): Promise<void> {
  const client = await connectAlone(connectionOf(stack.adminUrl))
  undo.after(() => client.end())
  await client.query('select pg_advisory_lock($1)', [LOCK])
}
