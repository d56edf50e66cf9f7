export const KEY_ACTIONS = ['list', 'create', 'revoke'] as const
export type KeyAction = (typeof KEY_ACTIONS)[number]
