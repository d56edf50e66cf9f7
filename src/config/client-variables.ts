import { type Environment } from './environment.ts'

/** What commands that talk to a service use where no flag says otherwise: DOCMGR_URL and DOCMGR_TOKEN. */
export function clientVariables(env: Environment = process.env): { url?: string; token?: string } {
  const { DOCMGR_URL: url, DOCMGR_TOKEN: token } = env
  return { ...(url && { url }), ...(token && { token }) }
}
