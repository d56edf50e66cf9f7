import { createTextSeal } from '../auth/text-seal.ts'
import type { Tokens } from '../auth/tokens.ts'
import type { LoginProvider } from '../roles/document/provider-login.ts'
import type { Base } from './base.ts'

/** The identity provider of the settings. Nothing is asked of it yet. */
export async function openLoginProvider(
  { config, logOf }: Base,
  tokens: Tokens,
): Promise<LoginProvider | undefined> {
  const { oidc } = config.auth
  const { issuer, clientId, clientSecret } = oidc
  const { publicUrl } = config.http
  if (issuer === undefined || clientId === undefined || publicUrl === undefined) return undefined
  const { createIdentityProvider } = await import('../auth/identity-provider.ts')
  const callbackUrl = `${publicUrl}/auth/oidc/callback`
  const urls = { callbackUrl, afterLogoutUrl: `${publicUrl}/login` }
  const settings = { ...oidc, issuer, clientId, clientSecret, ...urls }
  return {
    name: oidc.name ?? new URL(issuer).hostname,
    provider: createIdentityProvider(settings, logOf('login')),
    seal: createTextSeal(tokens.deriveKeys('logins at the identity provider')),
  }
}
