/** Who uses the console. */
import { api, dataOf, watchSession } from './api/client.ts'
import type { components } from './api/schema.ts'
import { createStore } from './parts/store.ts'
import { remember } from './preferences.ts'

export type Session = components['schemas']['Session']

const UNKNOWN: Session = { mode: 'open', user: null, expires_at: null, provider: null }

export const session = createStore<Session>(UNKNOWN)

export const needsLogin = ({ mode, user }: Session): boolean => mode === 'required' && user === null

/** Whether the reader may see how the service is, and settings of everybody. */
export const mayOperate = ({ mode, user }: Session): boolean => mode === 'open' || user?.admin === true

/** Asks once, before anything is shown: a request without a session would be an error. Without an answer, pages say so. */
export async function readSession(): Promise<void> {
  await dataOf(api.GET('/auth/session')).then(use, () => {})
}

function use(answer: Session): void {
  // Forms begin with it.
  if (answer.user) remember('email', answer.user.email)
  hasEnded.set(false)
  session.set(answer)
}

/** Whether the reader was logged in until a request was refused, so that the page to log in says why it is there. */
export const hasEnded = createStore(false)

/** A request was refused: the session has ended. */
function end(): void {
  if (session.get().user !== null) hasEnded.set(true)
  forget()
}

function forget(): void {
  session.set({ ...session.get(), user: null, expires_at: null })
}
watchSession(end)

/** The text of a link to log in, which its URL has after #. It works once, so it is taken out of the address. */
export function takeLink(): string | undefined {
  const { pathname, hash } = location
  if (pathname !== '/login' || hash.length < 2) return undefined
  history.replaceState(null, '', pathname)
  return hash.slice(1)
}

/** The path that sends the browser to the identity provider, and then back to the page that is open. */
export function providerLoginPath(): string {
  const { pathname, search } = location
  return `/auth/oidc/login?to=${encodeURIComponent(pathname === '/login' ? '/' : pathname + search)}`
}

/** Why a login at the identity provider has failed. */
export const loginProblem = (): string | null => new URLSearchParams(location.search).get('problem')

/** @throws Problem */
export async function logIn(link: string): Promise<void> {
  const answer = await dataOf(api.POST('/auth/session', { body: { link } }))
  history.replaceState(null, '', '/')
  use(answer)
}

/** While it is true no page is shown: what one asks for after the end of the session would be refused. */
export const isLeaving = createStore(false)

/** Also at the identity provider, where one began the session. @throws Problem */
export async function logOut(): Promise<void> {
  isLeaving.set(true)
  try {
    const answer = await dataOf(api.DELETE('/auth/session'))
    if (answer?.logout_url) return location.assign(answer.logout_url)
    forget()
  } catch (error) {
    isLeaving.set(false)
    throw error
  }
  isLeaving.set(false)
}
