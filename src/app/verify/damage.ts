import type { Pool } from 'pg'
import type { Retry } from '../../roles/indexer/retry-transient.ts'

/** What can be wrong with stored data. `remedy` is what an operator does about it where verify cannot repair it. */
export const DAMAGES = {
  content: { isRepairable: false, remedy: 'restore the object from a backup' },
  image: { isRepairable: false, remedy: 'restore the object from a backup' },
  'object-without-row': { isRepairable: false, remedy: '`docmgr gc` removes it' },
  'signature-without-document': { isRepairable: false, remedy: 'restore the document from a backup' },
  'index-missing': { isRepairable: true, remedy: 'restore its content, then `docmgr reindex`' },
  'index-older': { isRepairable: true, remedy: 'restore its content, then `docmgr reindex`' },
  'index-newer': { isRepairable: false, remedy: 'delete the index, then `docmgr reindex`' },
  'index-without-row': { isRepairable: true, remedy: '`docmgr verify --repair`' },
  'view-counter': { isRepairable: true, remedy: '`docmgr verify --repair`' },
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

/** What all checks share. */
export interface CheckContext {
  pool: Pool
  retry: Retry
  /** repair what can be rebuilt; contents are never changed */
  repair: boolean
  /** nothing else changes the data, so nothing has to be looked at again */
  isAlone: boolean
  report(damage: Damage): void
  /** @param count of the items that were checked */
  onProgress(count: number): void
}

/** The pages of a statement whose rows have an `id` and whose parameter `$1` is the id to begin after. */
export async function* pagesOf<Row extends { id: string }>(
  read: (after: string | null) => Promise<Row[]>,
): AsyncGenerator<Row[], undefined> {
  for (let after: string | null = null; ;) {
    const rows: Row[] = await read(after)
    if (rows.length === 0) return
    after = rows.at(-1)!.id
    yield rows
  }
}
