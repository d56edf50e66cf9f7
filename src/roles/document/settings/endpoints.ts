import type { Pool } from 'pg'
import type { Authenticator } from '../../../auth/authenticator.ts'
import { createKeyStore } from '../../../db/key-store.ts'
import { createPersonStore } from '../../../db/person-store.ts'
import { createSessionStore } from '../../../db/session-store.ts'
import type { Endpoint } from '../../../http/endpoint.ts'
import type { Clock } from '../../../runtime/clock.ts'
import type { NewId } from '../../../runtime/ids.ts'
import type { Logger } from '../../../runtime/logger.ts'
import { keyEndpoints } from './keys.ts'
import { peopleEndpoints } from './people.ts'
import { sessionEndpoints } from './sessions.ts'

export interface SettingsDeps {
  pool: Pool
  authenticator: Authenticator
  clock: Clock
  newId: NewId
  log: Logger
}

/** People, API keys and sessions: what the settings pages of the console show. */
export function settingsEndpoints({ pool, authenticator, ...deps }: SettingsDeps): Endpoint[] {
  const [people, keys] = [createPersonStore(pool), createKeyStore(pool)]
  const sessions = createSessionStore(pool)
  return [
    ...peopleEndpoints({ people, sessions, ...deps }),
    ...keyEndpoints({ people, keys, authenticator, ...deps }),
    ...sessionEndpoints({ sessions, authenticator }),
  ]
}
