/**
 * What an API key may do: `read` documents, signatures and events; `write`: create, change, delete and sign; `admin`: what
 * only administrators may; `create:for-others`, `sign:for-others`: besides `write`, name someone else as creator or signer.
 * None includes another.
 */
export const SCOPES = ['read', 'write', 'admin', 'create:for-others', 'sign:for-others'] as const
export type Scope = (typeof SCOPES)[number]

export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text)
