import { keptTokenSecret } from '../auth/token-secret.ts'
import { createTokens, groupsClaim } from '../auth/tokens.ts'
import { MAX_GROUP_NAME, MAX_GROUPS } from '../domain/access.ts'
import { systemClock } from '../runtime/clock.ts'
import { isEmailAddress } from '../runtime/email-address.ts'
import { isShared } from '../ports/adapters.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { type Io } from './io.ts'
import { type ConfigOptions, configOf, wholeNumber } from './options.ts'

export interface TokenOptions extends ConfigOptions {
  userId: string
  email: string
  admin?: boolean
  auditor?: boolean
  group?: string[]
  lifetime?: string
  json?: boolean
}

/** Signs a token with the configured secret, or with the one in the data folder. */
export async function token(options: TokenOptions, io: Io): Promise<number> {
  const { config } = await configOf(options)
  const { issuer, audience, maxTokenLifetime } = config.auth
  const lifetime =
    options.lifetime === undefined
      ? config.auth.tokenLifetime
      : wholeNumber(options.lifetime, '--lifetime', 1, maxTokenLifetime)
  if (!isEmailAddress(options.email)) {
    throw new CommandError(
      `--email ${options.email}: must be an e-mail address, such as ada@example.com`,
      EXIT.usage,
    )
  }
  if (options.userId.length === 0 || options.userId.length > 255) {
    throw new CommandError('--user-id: must have 1 to 255 characters', EXIT.usage)
  }
  const groups = groupsClaim.safeParse(options.group ?? [])
  if (!groups.success) {
    throw new CommandError(
      `--group: must be the names of at most ${MAX_GROUPS} groups, each of 1 to ${MAX_GROUP_NAME} printable characters`,
      EXIT.usage,
    )
  }
  if (config.auth.secret === undefined && isShared('documents', config.documents.url)) {
    const rule = 'run this where it is set, with the settings of the document role'
    throw new CommandError(`auth.secret, which signs tokens, is not set here: ${rule}`, EXIT.usage)
  }
  const secret = config.auth.secret ?? (await keptTokenSecret(config.data))
  const tokens = createTokens({ secret, issuer, audience, lifetime }, systemClock)
  const signed = tokens.sign({
    id: options.userId,
    email: options.email,
    admin: options.admin ?? false,
    auditor: options.auditor ?? false,
    groups: groups.data,
  })
  if (options.json) io.json({ access_token: signed, token_type: 'bearer', expires_in: lifetime })
  else io.out(signed)
  return EXIT.done
}
