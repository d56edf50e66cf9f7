import { createTokens } from '../../auth/tokens.ts'
import { systemClock } from '../../runtime/clock.ts'
import { TOKEN_SETTINGS } from '../token-cases.ts'

/** A service in mode `required` whose secret is that of TOKEN_SETTINGS. */
export interface MatrixTarget {
  /** where all public paths are */
  http: string
  /** the processes, each with the paths of its own roles */
  processes: readonly string[]
  /** host:port */
  grpc: string
  /** how long access may last that was taken away, milliseconds */
  endsWithinMs: number
}

export interface User {
  id: string
  email: string
  admin?: boolean
  auditor?: boolean
  groups?: string[]
}

const tokens = createTokens(TOKEN_SETTINGS, systemClock)

export const tokenOf = (user: User): string => tokens.sign({ admin: false, ...user })
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** @param body is sent as JSON */
export function request(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<Response> {
  return fetch(url, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

/** @throws Error unless the status is below 300 */
export async function succeed<T>(...args: Parameters<typeof request>): Promise<T> {
  const response = await request(...args)
  const text = await response.text()
  if (!response.ok) throw new Error(`${args[1]} ${args[0]}: ${response.status} ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as T
}
