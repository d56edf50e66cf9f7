import { type IdentityCommand, openIdentities } from '../app/identities.ts'
import { isEmailAddress } from '../runtime/email-address.ts'
import { createLogger } from '../runtime/logger.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { type ConfigOptions, configOf } from './options.ts'

/** Does the work on the tables of people and keys. */
export async function withIdentities(
  options: ConfigOptions,
  work: (opened: IdentityCommand) => Promise<number>,
): Promise<number> {
  const { config } = await configOf(options)
  const opened = await openIdentities(config, createLogger({ level: 'fatal' }))
  try {
    return await work(opened)
  } finally {
    await opened.stop()
  }
}

/** @param name of the option or argument. @throws CommandError */
export function checkEmail(email: string | undefined, name: string): string {
  if (email !== undefined && isEmailAddress(email)) return email
  const given = email === undefined ? name : `${name} ${email}`
  throw new CommandError(`${given}: must be an e-mail address, such as ada@example.com`, EXIT.usage)
}
