export const DEAD_LETTER_ACTIONS = ['list', 'show', 'retry', 'drop'] as const
export type DeadLetterAction = (typeof DEAD_LETTER_ACTIONS)[number]
