import { silentLogger } from '../../../runtime/logger.ts'
import { openTestDatabase } from '../../../testing/database.ts'
import { TEST_FILE } from '../../../testing/test-file.ts'
import { searchFilterContract } from '../../../testing/search-filter-contract.ts'
import { searchListContract } from '../../../testing/search-list-contract.ts'
import { searchOracleContract } from '../../../testing/search-oracle-contract.ts'
import { searchQueryContract } from '../../../testing/search-query-contract.ts'
import { searchIndexContractSuite } from '../contract-suite.ts'
import { openSearch } from '../open.ts'

const open = async () =>
  openSearch('postgres:', { database: await openTestDatabase(TEST_FILE), log: silentLogger })
searchIndexContractSuite(open)
searchListContract(open)
searchFilterContract(open)
searchQueryContract(open)
searchOracleContract(open)
