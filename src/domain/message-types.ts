/** The types of the messages that subscribers of a document receive over WebSocket. */
export const MESSAGE_TYPES = [
  'document.created',
  'document.updated',
  'document.status_changed',
  'document.sent',
  'document.viewed',
  'document.signed',
  'document.deleted',
  'signature.added',
  /** from an administrator, not about a change */
  'broadcast',
] as const

export type MessageType = (typeof MESSAGE_TYPES)[number]
