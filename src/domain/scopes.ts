/**
 * What an API key may do: `read` documents, signatures and events; `write`: create, change, delete and sign; `admin`: what
 * only administrators may. None includes another.
 */
export const SCOPES = ['read', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text)
