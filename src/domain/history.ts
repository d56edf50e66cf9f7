/** What an entry of a document's history tells. */
export const HISTORY_ACTIONS = [
  /** of a document that is older than its history */
  'history.began',
  'document.created',
  /** title or status */
  'document.changed',
  'document.deleted',
  'access.given',
  'access.taken',
  'signature.added',
  /** by nothing that docmgr does */
  'signature.changed',
  /** the document refused it, and no client has seen it */
  'signature.removed',
  /** someone tried what they may not; the details say what */
  'refused',
  /** values about people were erased from earlier entries */
  'history.erased',
] as const

export type HistoryAction = (typeof HISTORY_ACTIONS)[number]

/** `database`: a statement that did not come from docmgr; then the actor is the user of the database. */
export const ACTOR_KINDS = ['person', 'key', 'service', 'anonymous', 'database'] as const
export type ActorKind = (typeof ACTOR_KINDS)[number]

/** The values about people that an entry can have, each apart from it and erasable. */
export const PERSONAL_NAMES = [
  'actor',
  'subject',
  'client_address',
  'user_agent',
  'created_by',
  'title',
  'old_title',
  'principal',
  'signer_email',
  'signer_name',
  'ip_address',
] as const

export type PersonalName = (typeof PERSONAL_NAMES)[number]

/** An entry as its text has it, with its members in the order of RFC 8785. */
export interface HistoryEntry {
  action: HistoryAction
  at: string
  by: ActorKind
  details: Record<string, unknown>
  document_id: string
  number: number
  /** SHA-256 of the JSON text `[salt, value]`, by name */
  personal?: Partial<Record<PersonalName, string>>
  /** SHA-256 of the entry before */
  previous?: string
  /** of the document, where this is a version of it */
  version?: number
}

/** A value with its salt. */
export type Salted = [salt: string, value: string]

/** An entry as the tables have it. */
export interface KeptEntry {
  number: number
  entry: string
  sha256: string
  /** null: nothing is left of it, or nothing was there */
  salted: Record<string, Salted> | null
}
