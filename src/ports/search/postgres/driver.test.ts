import { silentLogger } from '../../../runtime/logger.ts'
import { openTestDatabase } from '../../../testing/database.ts'
import { TEST_FILE } from '../../../testing/test-file.ts'
import { searchIndexContractSuite } from '../contract-suite.ts'
import { openSearch } from '../open.ts'

searchIndexContractSuite(async () =>
  openSearch('postgres:', { database: await openTestDatabase(TEST_FILE), log: silentLogger }),
)
