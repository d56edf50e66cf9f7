/** Apart from the actions themselves, so that help need not load them. */
export const CDC_ACTIONS = ['apply', 'status', 'delete'] as const
export type CdcAction = (typeof CDC_ACTIONS)[number]
