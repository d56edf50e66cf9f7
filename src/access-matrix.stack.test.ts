/** Who may do what, on the servers: each role a process of its own, behind the gateway. */
import { Pool } from 'pg'
import { ROLES } from './config/roles.ts'
import { type Caller, createCallers } from './testing/access-matrix/callers.ts'
import { testAccess } from './testing/access-matrix/access-matrix.ts'
import { startIdentityProvider } from './testing/identity-provider.ts'
import { PROVIDER_AUDIENCE, PROVIDER_KEYS } from './testing/provider-token-cases.ts'
import { stack } from './testing/stack.ts'
import { TEST_FILE } from './testing/test-file.ts'
import { TOKEN_SETTINGS } from './testing/token-cases.ts'
import { startTopology } from './testing/topology.ts'

const provider = await startIdentityProvider('http://127.0.0.1:9', TEST_FILE)
provider.setKeys([...PROVIDER_KEYS])
const { issuer } = provider
let callers: Record<string, Caller> = {}
const topology = await startTopology(
  { document: 1, signature: 1, search: 1, ws: 1, indexer: 1 },
  {
    env: {
      DOCMGR_AUTH_MODE: 'required',
      DOCMGR_AUTH_SECRET: TOKEN_SETTINGS.secret,
      DOCMGR_AUTH_OIDC_ISSUER: issuer,
      DOCMGR_AUTH_OIDC_AUDIENCE: PROVIDER_AUDIENCE,
      DOCMGR_LIMITS_PRINCIPAL_REQUESTS: 'off',
      DOCMGR_LIMITS_ADDRESS_REQUESTS: 'off',
    },
    // Before the roles start, so that each knows at once who is disabled.
    async prepare({ database }) {
      const connectionString = Object.assign(new URL(stack.adminUrl), { pathname: `/${database}` }).href
      const pool = new Pool({ connectionString, max: 1 })
      callers = await createCallers(pool, issuer).finally(() => pool.end())
    },
  },
)
TEST_FILE.after(() => topology.stop())
const { http, grpc } = topology.urls
const processes = ROLES.flatMap((role) => topology.instances(role).map(({ url }) => url))
await testAccess({ http, processes, grpc: grpc!, endsWithinMs: 5_000 }, callers)
