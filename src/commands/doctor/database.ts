import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Config } from '../../config/schema.ts'
import { holderOfFolder } from '../../data-folder/folder-lock.ts'
import { findBinaries } from '../../db/embedded/binaries.ts'
import { runningServer } from '../../db/embedded/leftovers.ts'
import { chooseServerUser } from '../../db/embedded/server-user.ts'
import { readSchemaState } from '../../db/migrate.ts'
import { directConnectionOf } from '../../db/connection-url.ts'
import { migrationsFolder } from '../../db/open.ts'
import { isTransient, translateError } from '../../runtime/translate-error.ts'
import { isShared } from '../../ports/adapters.ts'
import { type Checks } from './finding.ts'

export function checksOfDatabase({ database, data }: Config, isRunning: boolean): Checks {
  return isShared('database', database.url) ? checksOfServer(database) : checksOfEmbedded(data, isRunning)
}

function checksOfEmbedded(data: string, isRunning: boolean): Checks {
  return {
    'embedded PostgreSQL': async () => {
      const binaries = await findBinaries()
      const folder = join(data, 'postgres')
      const parent = await firstExisting(folder)
      const owner = await stat(join(folder, 'data')).catch(() => undefined)
      const user = await chooseServerUser({ postgres: binaries.postgres, parent, ...(owner && { owner }) })
      const left = await serverWithoutDocmgr(data)
      if (left !== undefined) {
        const detail = `process ${left} still runs on ${folder}, although no docmgr uses it`
        const fix = `start docmgr, which stops it first, or stop it with \`kill -INT ${left}\``
        return { state: 'problem', detail, fix }
      }
      return { state: 'ok', detail: `${binaries.version} runs as ${user.description}` }
    },
    migrations: async () => {
      const detail = isRunning ? 'applied by the service that runs' : 'applied by the next start'
      return { state: 'ok', detail }
    },
  }
}

function checksOfServer(database: Config['database']): Checks {
  return {
    migrations: async () => {
      const setting = database.directUrl === undefined ? 'database.url' : 'database.directUrl'
      const state = await readSchemaState(directConnectionOf(database), migrationsFolder()).catch(
        (error: Error) => {
          if (isTransient(translateError(error))) return error
          throw error
        },
      )
      if (state instanceof Error) {
        const fix = `start PostgreSQL, or correct ${setting}`
        return { state: 'problem', detail: `${setting}: ${state.message}`, fix }
      }
      const { pending } = state
      if (pending === 0) return { state: 'ok', detail: 'all applied' }
      return { state: 'problem', detail: `${pending} pending`, fix: 'run `docmgr migrate`' }
    },
  }
}

/** The server is looked for first: a docmgr that starts one has the folder before. */
async function serverWithoutDocmgr(data: string): Promise<number | undefined> {
  const server = await runningServer(join(data, 'postgres', 'data'))
  return server !== undefined && (await holderOfFolder(data)) === undefined ? server : undefined
}

async function firstExisting(path: string): Promise<string> {
  return (await stat(path).catch(() => undefined)) ? path : firstExisting(dirname(path))
}
