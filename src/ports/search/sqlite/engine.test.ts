import { searchAccessContract } from '../../../testing/search-access-contract.ts'
import { searchFilterContract } from '../../../testing/search-filter-contract.ts'
import { openTestSearch } from '../../../testing/search-index.ts'
import { searchLanguagesContract } from '../../../testing/search-languages-contract.ts'
import { searchListContract } from '../../../testing/search-list-contract.ts'
import { searchOracleContract } from '../../../testing/search-oracle-contract.ts'
import { searchPassagesContract } from '../../../testing/search-passages-contract.ts'
import { searchPropertyContract } from '../../../testing/search-property-contract.ts'
import { searchQueryContract } from '../../../testing/search-query-contract.ts'
import { searchRankingContract } from '../../../testing/search-ranking-contract.ts'
import { searchReachContract } from '../../../testing/search-reach-contract.ts'
import { searchSuggestContract } from '../../../testing/search-suggest-contract.ts'
import { searchThreadsContract } from '../../../testing/search-threads-contract.ts'
import { searchIndexContractSuite } from '../contract-suite.ts'

const open = () => openTestSearch()
searchIndexContractSuite(open)
searchListContract(open)
searchAccessContract(open)
searchReachContract(open)
searchFilterContract(open)
searchQueryContract(open)
searchRankingContract(open)
searchOracleContract(open)
searchPassagesContract(open)
searchPropertyContract(open)
searchSuggestContract(open)
searchLanguagesContract(open)
searchThreadsContract((threadMs) => openTestSearch(undefined, threadMs))
