export const PEOPLE_ACTIONS = ['list', 'add', 'edit', 'disable', 'enable'] as const
export type PeopleAction = (typeof PEOPLE_ACTIONS)[number]
