/** Who may do what, on the embedded adapters. */
import { createCallers } from './testing/access-matrix/callers.ts'
import { testAccess } from './testing/access-matrix/access-matrix.ts'
import { startIdentityProvider } from './testing/identity-provider.ts'
import { PROVIDER_AUDIENCE, PROVIDER_KEYS } from './testing/provider-token-cases.ts'
import { TEST_FILE } from './testing/test-file.ts'
import { startTestService } from './testing/test-service.ts'
import { TOKEN_SETTINGS } from './testing/token-cases.ts'

const provider = await startIdentityProvider('http://127.0.0.1:9', TEST_FILE)
provider.setKeys([...PROVIDER_KEYS])
const { issuer } = provider
const service = await startTestService(
  {
    roles: ['all'],
    settings: {
      auth: {
        mode: 'required',
        secret: TOKEN_SETTINGS.secret,
        oidc: { issuer, audience: PROVIDER_AUDIENCE },
      },
      listen: { grpc: 0 },
      limits: { principalRequests: 'off', addressRequests: 'off' },
    },
  },
  TEST_FILE,
)
const target = { http: service.url, processes: [service.url], grpc: service.grpc!, endsWithinMs: 1_000 }
await testAccess(target, await createCallers(service.database.pool, issuer))
