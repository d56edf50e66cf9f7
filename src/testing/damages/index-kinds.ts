import type { SearchDocument, SearchIndex, StoredDocument } from '../../ports/search/port.ts'
import { eventually } from '../deadline.ts'
import type { Inflict } from './inflict.ts'

/** Writes a document in any version, whatever the index has of it. */
async function force(index: SearchIndex, before: StoredDocument, document: SearchDocument): Promise<void> {
  await index.forget([before])
  await eventually('the index to take another version', async () => {
    await index.index([document])
    return (await index.versions([document.id])).get(document.id) === document.version
  })
}

const ofIndex =
  (
    finding: string,
    change: Partial<SearchDocument> | ((version: number) => Partial<SearchDocument>),
  ): Inflict =>
  async ({ index }, { document }) => {
    const id = document()
    const before = (await index.stored([id])).get(id)!
    const changes = typeof change === 'function' ? change(before.version) : change
    await force(index, before, { ...before, content: [{ text: 'other text' }], ...changes })
    return { repairable: [`${finding} ${id}`] }
  }

export const INDEX_KINDS: Record<string, Inflict> = {
  'the index is older': ofIndex('index-older', (version) => ({ version: version - 1 })),
  'the index is newer': ofIndex('index-newer', (version) => ({ version: version + 50 })),
  'the index has another title': ofIndex('index-altered', { title: 'Altered' }),
  'the index has another status': ofIndex('index-altered', { status: 'archived' }),
  'the index takes a document for deleted': ofIndex('index-altered', { deleted: true }),

  async 'the index lacks a document'({ index }, { document }) {
    const id = document()
    await index.forget([(await index.stored([id])).get(id)!])
    return { repairable: [`index-missing ${id}`] }
  },

  async 'a tombstone is missing'({ index }, { deleted }) {
    const id = deleted()
    await index.forget([(await index.stored([id])).get(id)!])
    return { repairable: [`index-missing ${id}`] }
  },

  async 'the index takes a deleted document for present'({ index }, { deleted }) {
    const id = deleted()
    const before = (await index.stored([id])).get(id)!
    await force(index, before, { ...before, title: 'Risen', content: [{ text: 'risen' }], deleted: false })
    return { repairable: [`index-altered ${id}`] }
  },

  async 'the index has an older version of a deleted document'({ index }, { deleted }) {
    const id = deleted()
    const before = (await index.stored([id])).get(id)!
    await force(index, before, {
      ...before,
      version: before.version - 1,
      content: [{ text: 'old' }],
      deleted: false,
    })
    return { repairable: [`index-older ${id}`] }
  },

  async 'the index has a document without a row'({ index }, { newId, document }) {
    const other = document()
    const id = newId()
    await index.index([{ ...(await index.stored([other])).get(other)!, id, content: [{ text: 'stray' }] }])
    return { repairable: [`index-without-row ${id}`] }
  },
}
