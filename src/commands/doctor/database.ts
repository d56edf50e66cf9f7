import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Config } from '../../config/schema.ts'
import { findBinaries } from '../../db/embedded/binaries.ts'
import { chooseServerUser } from '../../db/embedded/server-user.ts'
import { pendingMigrations } from '../../db/migrate.ts'
import { connectionOf } from '../../db/connection-url.ts'
import { migrationsFolder } from '../../db/open.ts'
import { type Checks } from './finding.ts'

export function checksOfDatabase({ database, data }: Config, isRunning: boolean): Checks {
  return database.url.startsWith('embedded:') ? checksOfEmbedded(data, isRunning) : checksOfServer(database)
}

function checksOfEmbedded(data: string, isRunning: boolean): Checks {
  return {
    'embedded PostgreSQL': async () => {
      const binaries = await findBinaries()
      const folder = join(data, 'postgres')
      const parent = await firstExisting(folder)
      const owner = await stat(join(folder, 'data')).catch(() => undefined)
      const user = await chooseServerUser({ postgres: binaries.postgres, parent, ...(owner && { owner }) })
      return { state: 'well', detail: `${binaries.version} runs as ${user.description}` }
    },
    migrations: async () => {
      const detail = isRunning ? 'applied by the service that runs' : 'applied by the next start'
      return { state: 'well', detail }
    },
  }
}

function checksOfServer({ url, directUrl }: Config['database']): Checks {
  return {
    migrations: async () => {
      const pending = await pendingMigrations(connectionOf(directUrl ?? url), migrationsFolder())
      if (pending === 0) return { state: 'well', detail: 'all applied' }
      return { state: 'problem', detail: `${pending} pending`, mend: 'run `docmgr migrate`' }
    },
  }
}

async function firstExisting(path: string): Promise<string> {
  return (await stat(path).catch(() => undefined)) ? path : firstExisting(dirname(path))
}
