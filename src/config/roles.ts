/**
 * What a process can do; `serve --role` chooses. Apart from the schema, so that help need not load the
 * validator.
 */
export const ROLES = ['document', 'signature', 'search', 'ws', 'indexer'] as const
export type Role = (typeof ROLES)[number]
