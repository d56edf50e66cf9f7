import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { type Undo, undoing } from './undoing.ts'

/** A person at the provider: claims beside `sub`. */
export type Account = Record<string, unknown>

export const CLIENT = { id: 'docmgr', secret: 'the secret of a client in tests' }

/**
 * A real OpenID provider (oidc-provider) on a port of this machine. Who logs in is chosen by the test; there is no page for
 * a password.
 * @param publicUrl origin of the docmgr that is its client
 */
export async function startIdentityProvider(publicUrl: string, t: Undo) {
  const accounts = new Map<string, Account>()
  let whoLogsIn = ''
  let keys = [newKey('k1')]
  let provider: Provider
  let keyRequests = 0
  const server = createServer((request, response) => void answer(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  undoing(t).after(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const open = (): Provider => new Provider(issuer, configurationOf({ accounts, keys, publicUrl }))
  provider = open()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/jwks') keyRequests++
    if (!request.url!.startsWith('/interaction/')) return provider.callback()(request, response)
    await provider.interactionFinished(request, response, { login: { accountId: whoLogsIn } })
  }

  return {
    issuer,
    /** The person who logs in from now on. */
    setPerson(subject: string, claims: Account): void {
      accounts.set(subject, claims)
      whoLogsIn = subject
    },
    /** How often its public keys were asked for. */
    keyRequests: () => keyRequests,
    /** The private keys, of which the first signs. */
    keys: () => keys,
    /** Publishes other keys; the first of them signs. */
    setKeys(next: ProviderKey[]): void {
      keys = next
      provider = open()
    },
    /** Answers nothing any more, and closes its connections. */
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type ProviderKey = JsonWebKey & { kid: string; alg: string; use: 'sig' }

/** A private key as a JWK. */
export function newKey(kid: string, alg: 'RS256' | 'ES256' | 'EdDSA' = 'RS256'): ProviderKey {
  const { privateKey } =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
      : alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519')
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }
}

interface ProviderParts {
  accounts: ReadonlyMap<string, Account>
  keys: ProviderKey[]
  publicUrl: string
}

function configurationOf({ accounts, keys, publicUrl }: ProviderParts): object {
  return {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${publicUrl}/auth/oidc/callback`],
        post_logout_redirect_uris: [`${publicUrl}/login`],
      },
    ],
    jwks: { keys },
    cookies: { keys: ['a key of a test'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId, ...accounts.get(accountId) }),
    }),
    // Nobody is asked for consent.
    async loadExistingGrant(ctx: {
      oidc: { provider: Provider; session: { accountId: string }; client: { clientId: string } }
    }) {
      const { provider, session, client } = ctx.oidc
      const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  }
}
