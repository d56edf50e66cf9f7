import { after, before } from 'node:test'
import { silentLogger } from '../../runtime/logger.ts'
import { type TestDatabases, startTestDatabases } from '../../testing/database.ts'
import { searchIndexContract } from './contract.ts'
import { openSearch } from './open.ts'

let databases: TestDatabases
before(async () => void (databases = await startTestDatabases()))
after(() => databases.stop())

searchIndexContract('postgres:', async () => {
  return openSearch('postgres:', { database: await databases.open(), log: silentLogger })
})
