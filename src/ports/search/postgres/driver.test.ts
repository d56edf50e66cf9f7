import { after } from 'node:test'
import { silentLogger } from '../../../runtime/logger.ts'
import { startTestDatabases, type TestDatabases } from '../../../testing/database.ts'
import { searchIndexContractSuite } from '../contract-suite.ts'
import { openSearch } from '../open.ts'

let databases: Promise<TestDatabases> | undefined
after(async () => (await databases)?.stop())

searchIndexContractSuite(async () => {
  databases ??= startTestDatabases()
  return openSearch('postgres:', { database: await (await databases).open(), log: silentLogger })
})
