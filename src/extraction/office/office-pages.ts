import type { RawText, ReadingLimits } from '../extraction.ts'
import { type OfficePackage, readReferredParts, type ReferredPart } from './office-package.ts'
import { createPartsSink, type PartsSink } from '../parts-sink.ts'

/**
 * The text of the slides or sheets of a package, each a page.
 * @param element of the main part, that refers to a page
 * @param pushPage what it throws as UnreadableContent leaves out that page
 * @throws UnreadableContent when no page can be read
 */
export function readOfficePages(
  office: OfficePackage,
  element: string,
  { maxOutputChars }: ReadingLimits,
  pushPage: (part: ReferredPart, sink: PartsSink) => void,
): RawText {
  const sink = createPartsSink(maxOutputChars * 2)
  const { count, isIncomplete } = readReferredParts(office, element, (part) => {
    if (sink.full) return
    pushPage(part, sink)
    sink.endPart(part.number)
  })
  const { parts, cut } = sink.result()
  return {
    parts,
    cut: cut || isIncomplete,
    pages: count,
    ...(office.title !== undefined && { title: office.title }),
  }
}
