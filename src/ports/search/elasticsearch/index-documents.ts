import type { SearchEngine, WholeDocument } from '../engine.ts'
import type { SearchDocument } from '../port.ts'
import { saysNewText } from '../prepare-documents.ts'
import type { BulkEntry, Refusal } from './bulk.ts'
import type { IndexSetup } from './create-index.ts'
import type { Refresher } from './refresher.ts'
import type { SourceMethods } from './source-thread.ts'
import type { StoredDocuments } from './stored-documents.ts'
import { bulkEntryOf, type Writer } from './writer.ts'

export interface IndexDocumentsOptions {
  sources: SourceMethods
  storedDocuments: Pick<StoredDocuments, 'complete'>
  writer: Writer
  refresher: Pick<Refresher, 'write'>
  setup: IndexSetup
  /** is called with the languages of each document before it is written */
  onLanguages(languages: readonly string[]): void
}

/**
 * The engine's `index`. Elasticsearch cannot change a part of a document under an external version, so a document
 * without its text is completed with the stored text. If the stored document becomes newer in between, the external
 * version refuses the completed one.
 * @throws Error that names a refused document, after the others are written
 */
export function createIndexDocuments(options: IndexDocumentsOptions): SearchEngine['index'] {
  const { sources: made, storedDocuments, writer, refresher, setup, onLanguages } = options
  return async (whole, withoutContent) => {
    const { needContent, refusals } = await refresher.write(
      whole.length + withoutContent.length,
      async (refresh) => {
        const [completed, refused] = await Promise.all([
          writeCompleted(withoutContent, refresh),
          writer.write(entriesOf(whole), refresh),
        ])
        return { ...completed, refusals: [...completed.refusals, ...refused] }
      },
    )
    if (refusals.length === 0) return { needContent }
    // Another version of docmgr may have moved the alias to an index of its own, which refuses any document of this one.
    setup.invalidate()
    await setup.ready()
    throw new Error(describeRefusals(refusals))
  }

  async function writeCompleted(documents: SearchDocument[], refresh: boolean) {
    if (documents.length === 0) return { needContent: [], refusals: [] }
    const { needContent, sources } = await storedDocuments.complete(documents)
    return { needContent, refusals: await writer.write(completedEntries(sources, made), refresh) }
  }

  async function* entriesOf(documents: WholeDocument[]): AsyncGenerator<BulkEntry> {
    for await (const [document, source] of ahead(documents, (document) => made.whole(document))) {
      onLanguages(source.languages)
      yield bulkEntryOf(document, source, !document.deleted && saysNewText(document))
    }
  }
}

/** Documents that are made while others are sent. */
const AHEAD = 4

/** Each item with what is made of it, in order. */
async function* ahead<Item, Made>(
  items: readonly Item[],
  make: (item: Item) => Promise<Made>,
): AsyncGenerator<[Item, Made]> {
  const making: Promise<Made>[] = []
  for (const [place, item] of items.entries()) {
    while (making.length < items.length && making.length < place + AHEAD) {
      const next = make(items[making.length]!)
      // A failure is thrown in its turn.
      next.catch(() => {})
      making.push(next)
    }
    yield [item, await making[place]!]
    // What has been sent is not kept.
    delete making[place]
  }
}

async function* completedEntries(
  sources: Awaited<ReturnType<StoredDocuments['complete']>>['sources'],
  made: SourceMethods,
): AsyncGenerator<BulkEntry> {
  for await (const [document, stored] of sources)
    yield bulkEntryOf(document, await made.withStoredText(document, stored), false)
}

function describeRefusals(refusals: Refusal[]): string {
  const [{ id, reason }] = refusals as [Refusal]
  const others = refusals.length === 1 ? '' : ` (and ${refusals.length - 1} others)`
  return `Elasticsearch refuses document ${id}${others}: ${reason}`
}
