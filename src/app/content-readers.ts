import type { Extractor } from '../extraction/extractor.ts'
import type { Ocr } from '../extraction/ocr/ocr.ts'
import type { PageDrawer } from '../extraction/pictures/page-drawer.ts'
import type { Base } from './base.ts'
import { extractionLimits } from './indexer.ts'
import { openOcr } from './ocr.ts'

/** What reads contents in processes of their own. */
export interface ContentReaders {
  extractor: Extractor
  /** undefined: the text of images is not read */
  ocr: Ocr | undefined
  drawer: PageDrawer
  stop(): Promise<void>
}

/** @param concurrency processes of each kind @throws Error as openOcr */
export async function openContentReaders(base: Base, concurrency: number): Promise<ContentReaders> {
  const [{ createExtractor }, { createPageDrawer }] = await Promise.all([
    import('../extraction/extractor.ts'),
    import('../extraction/pictures/page-drawer.ts'),
  ])
  const limits = { ...extractionLimits(base.config.limits), concurrency }
  const ocr = await openOcr(base, concurrency)
  const extractor = createExtractor({ log: base.logOf('extraction'), limits })
  const drawer = createPageDrawer(limits)
  return {
    extractor,
    ocr,
    drawer,
    async stop() {
      await extractor.stop()
      ocr?.stop()
      drawer.stop()
    },
  }
}
