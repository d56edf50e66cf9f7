import { type Environment } from './environment.ts'

/** A value of the command line. */
export interface ClientValue {
  value: string
  /** what it was given with, such as `--url` or `DOCMGR_URL` */
  from: string
}

/** The values of --url and --token, else of DOCMGR_URL and DOCMGR_TOKEN. */
export function clientValues(
  options: { url?: string; token?: string },
  env: Environment = process.env,
): { url?: ClientValue; token?: ClientValue } {
  const valueOf = (name: 'url' | 'token', variable: string): ClientValue | undefined => {
    if (options[name] !== undefined) return { value: options[name], from: `--${name}` }
    return env[variable] ? { value: env[variable], from: variable } : undefined
  }
  const [url, token] = [valueOf('url', 'DOCMGR_URL'), valueOf('token', 'DOCMGR_TOKEN')]
  return { ...(url && { url }), ...(token && { token }) }
}
