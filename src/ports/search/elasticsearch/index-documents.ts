import type { SearchDriver } from '../driver.ts'
import type { DriverDocument } from '../driver.ts'
import type { Refusal } from './bulk.ts'
import type { Refresher } from './refresher.ts'
import type { StoredDocuments } from './stored-documents.ts'
import type { Writer } from './writer.ts'

export interface IndexDocumentsOptions {
  storedDocuments: Pick<StoredDocuments, 'complete'>
  writer: Writer
  refresher: Pick<Refresher, 'write'>
}

/**
 * The driver's `index`. Elasticsearch cannot change a part of a document under an external version, so a document
 * without its text is completed with the stored text. If the stored document becomes newer in between, the external
 * version refuses the completed one.
 * @throws Error that names a refused document, after the others are written
 */
export function createIndexDocuments(options: IndexDocumentsOptions): SearchDriver['index'] {
  const { storedDocuments, writer, refresher } = options
  return async (whole, withoutContent) => {
    const { needContent, refusals } = await refresher.write(
      whole.length + withoutContent.length,
      async (refresh) => {
        const [completed, refused] = await Promise.all([
          writeCompleted(withoutContent, refresh),
          writer.write(whole, refresh),
        ])
        return { ...completed, refusals: [...completed.refusals, ...refused] }
      },
    )
    if (refusals.length > 0) throw new Error(describeRefusals(refusals))
    return { needContent }
  }

  async function writeCompleted(documents: DriverDocument[], refresh: boolean) {
    const refusals: Refusal[] = []
    if (documents.length === 0) return { needContent: [], refusals }
    const { needContent, batches } = await storedDocuments.complete(documents)
    for await (const batch of batches) refusals.push(...(await writer.write(batch, refresh)))
    return { needContent, refusals }
  }
}

function describeRefusals(refusals: Refusal[]): string {
  const [{ id, reason }] = refusals as [Refusal]
  const others = refusals.length === 1 ? '' : ` (and ${refusals.length - 1} others)`
  return `Elasticsearch refuses document ${id}${others}: ${reason}`
}
