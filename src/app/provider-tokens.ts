import type { ProviderTokens } from '../auth/provider-tokens.ts'
import type { Config } from '../config/schema.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Logger } from '../runtime/logger.ts'

/** The tokens of the identity provider of the settings. Its keys are read when the first token comes. */
export async function openProviderTokens(
  { auth: { oidc, maxTokenLifetime: maxLifetime } }: Config,
  clock: Clock,
  log: Logger,
): Promise<ProviderTokens | undefined> {
  const { issuer, audience, timeout } = oidc
  if (issuer === undefined || audience === undefined) return undefined
  const [{ createProviderTokens }, { createProviderKeys }] = await Promise.all([
    import('../auth/provider-tokens.ts'),
    import('../auth/provider-keys.ts'),
  ])
  const keyOf = createProviderKeys(issuer, { timeout }, log)
  return createProviderTokens({ ...oidc, issuer, audience, maxLifetime }, keyOf, clock)
}
