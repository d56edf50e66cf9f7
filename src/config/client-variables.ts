import { type Environment } from './environment.ts'

/** DOCMGR_URL and DOCMGR_TOKEN: defaults of --url and --token. */
export function clientVariables(env: Environment = process.env): { url?: string; token?: string } {
  const { DOCMGR_URL: url, DOCMGR_TOKEN: token } = env
  return { ...(url && { url }), ...(token && { token }) }
}
