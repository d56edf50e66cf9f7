import { openTestDatabase } from '../../testing/database.ts'
import { appTokens } from '../../testing/test-app.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { identitiesContractSuite } from './contract-suite.ts'
import { openLocalIdentities } from './local.ts'

identitiesContractSuite('local', async () => {
  const { pool } = await openTestDatabase(TEST_FILE)
  const identities = openLocalIdentities(pool, appTokens)
  return { identities, pool, stop: () => identities.stop() }
})
