import { createLoginLink, LINK_MINUTES, loginPageOf } from '../app/login-link.ts'
import { readServiceFile } from '../data-folder/service-file.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type ConfigOptions, configOf } from './options.ts'
import { checkEmail, withIdentities } from './with-identities.ts'

export interface LoginLinkOptions extends ConfigOptions {
  email: string
  admin?: boolean
  json?: boolean
}

/** Prints a link that logs in a browser once. */
export async function loginLink(options: LoginLinkOptions, io: Io): Promise<number> {
  const email = checkEmail(options.email, '--email')
  const { config } = await configOf(options)
  const urls = (await readServiceFile(config.data))?.urls
  const page = loginPageOf(config, urls?.['http'])
  return withIdentities(options, async ({ people, pool, newId }) => {
    const known = await people.findByEmail(email)
    if (known.length > 0 && known.every(({ disabled_at }) => disabled_at !== null))
      throw new CommandError(`--email ${email}: this person is disabled; \`docmgr people enable\` ends that`)
    const admin = options.admin ?? false
    const link = await createLoginLink({ pool, newId, page }, { email, admin })
    if (options.json) io.json({ link, email, expires_in: LINK_MINUTES * 60 })
    else {
      io.note(`For ${email}, once, within ${LINK_MINUTES} minutes:`)
      io.out(link)
    }
    return EXIT.done
  })
}
