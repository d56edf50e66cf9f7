import { openTestDatabase } from '../../../testing/database.ts'
import { deadLettersContract } from '../../../testing/dead-letters-contract.ts'
import { createDeadLetterStore } from './dead-letter-store.ts'

deadLettersContract('in PostgreSQL', async (t) => {
  const { pool } = await openTestDatabase(t)
  return () => createDeadLetterStore(pool)
})
