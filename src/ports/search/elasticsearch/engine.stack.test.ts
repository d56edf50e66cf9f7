import { after } from 'node:test'
import { newStackSearch } from '../../../testing/stack-search.ts'
import { searchAccessContract } from '../../../testing/search-access-contract.ts'
import { searchFilterContract } from '../../../testing/search-filter-contract.ts'
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

// The suite opens indexes in `before` hooks; cleanups that they registered themselves would run when the hook ends.
const cleanups: (() => Promise<void>)[] = []
after(async () => {
  for (const cleanup of cleanups) await cleanup()
})

const openWith = (threadMs?: number) =>
  newStackSearch({ after: (cleanup) => void cleanups.push(cleanup) }).open(undefined, threadMs)
const open = () => openWith()
searchIndexContractSuite(open)
searchListContract(open)
searchAccessContract(open)
searchReachContract(open)
searchFilterContract(open)
searchQueryContract(open)
searchRankingContract(open)
searchOracleContract(open)
searchSuggestContract(open)
searchPassagesContract(open)
searchPropertyContract(open)
searchLanguagesContract(open)
searchThreadsContract(openWith)
