/** What can be wrong with stored data. `remedy` is what an operator does about it where verify cannot repair it. */
export const DAMAGES = {
  content: { isRepairable: false, remedy: 'restore the object from a backup' },
  image: { isRepairable: false, remedy: 'restore the object from a backup' },
  'object-without-row': { isRepairable: false, remedy: '`docmgr gc` removes it' },
  'signature-without-document': { isRepairable: false, remedy: 'restore the document from a backup' },
  'signature-of-other-content': {
    isRepairable: false,
    remedy: 'find out which of the two rows was altered, and restore it from a backup',
  },
  'signed-without-signature': { isRepairable: false, remedy: 'restore the signature from a backup' },
  'document-not-signed': { isRepairable: true, remedy: '`docmgr verify --repair`' },
  'intent-left-open': { isRepairable: true, remedy: '`docmgr verify --repair`' },
  readers: { isRepairable: true, remedy: '`docmgr verify --repair`' },
  'access-time': { isRepairable: true, remedy: '`docmgr verify --repair`' },
  'access-without-document': { isRepairable: false, remedy: 'restore the document from a backup' },
  'document-without-owner': {
    isRepairable: false,
    remedy: 'an administrator gives it one: `docmgr share ID ADDRESS --role owner`',
  },
  history: { isRepairable: false, remedy: 'compare it with a backup: someone has altered the history' },
  'history-value': {
    isRepairable: false,
    remedy: 'compare it with a backup: someone has altered the history',
  },
  'index-missing': { isRepairable: true, remedy: 'restore its content, then `docmgr verify --repair`' },
  'index-older': { isRepairable: true, remedy: 'restore its content, then `docmgr verify --repair`' },
  'index-newer': { isRepairable: true, remedy: 'restore its content, then `docmgr verify --repair`' },
  'index-altered': { isRepairable: true, remedy: 'restore its content, then `docmgr verify --repair`' },
  'index-without-row': { isRepairable: true, remedy: '`docmgr verify --repair`' },
  'text-unread': { isRepairable: true, remedy: '`docmgr verify --repair`' },
  'text-altered': { isRepairable: true, remedy: 'restore its content, then `docmgr verify --repair`' },
  'view-counter': { isRepairable: true, remedy: '`docmgr verify --repair`' },
  'cached-counter': { isRepairable: true, remedy: '`docmgr verify --repair`' },
  'cached-document': { isRepairable: true, remedy: '`docmgr verify --repair`' },
} as const satisfies Record<string, { isRepairable: boolean; remedy: string }>

export type DamageKind = keyof typeof DAMAGES

export interface Damage {
  kind: DamageKind
  /** id of a document or signature, or bucket and key of an object */
  subject: string
  detail: string
  repaired: boolean
}
