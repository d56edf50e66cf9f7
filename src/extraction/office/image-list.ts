import type { PageInside, RawText } from '../extraction.ts'
import { mayShowText } from '../ocr/inside-pages.ts'
import type { BinaryFormat } from '../text-format.ts'
import type { OfficePackage, Relationship, XmlPackage } from './office-package.ts'

/** Of a document; OCR has a limit of its own. */
const MAX_IMAGES = 1_000
/** Images that are looked at, small ones too. */
const MAX_LOOKS = 5_000

/** What an image is, without reading all of it. */
interface ImageLook {
  /** alike for images with the same bytes */
  identity: string
  /** at least the first bytes, or none */
  start: Uint8Array
}

/** The images of a document that OCR can read, each once, in the order in which the document shows them. */
export interface ImageList {
  /** @param image its name in the document @param onPage from 1 @param look is not called for a name that was added before */
  add(image: string, onPage: number | undefined, look: () => ImageLook | undefined): void
  result(): Pick<RawText, 'inside' | 'insideBeyond'>
}

export function createImageList(format: BinaryFormat): ImageList {
  const inside: PageInside[] = []
  const names = new Set<string>()
  const identities = new Set<string>()
  let insideBeyond = 0
  return {
    add(image, onPage, look) {
      if (names.has(image)) return
      names.add(image)
      if (names.size > MAX_LOOKS || inside.length >= MAX_IMAGES) {
        insideBeyond++
        return
      }
      const seen = look()
      if (seen === undefined || identities.has(seen.identity)) return
      identities.add(seen.identity)
      if (!mayShowText(seen.start, image)) return
      inside.push({ path: [{ format, image }], name: '', page: 1, ...(onPage !== undefined && { onPage }) })
    },
    result: () => (inside.length === 0 ? {} : { inside, insideBeyond }),
  }
}

/** Adds an image that is a part of the package. What refers to something outside of it names no part. */
export function addPart(images: ImageList, zip: XmlPackage, name: string, onPage?: number): void {
  images.add(name, onPage, () => zip.peek(name))
}

/** `r:embed`, `r:id` or `r:pict`, whatever prefix the file gives to the namespace of relationships. */
const REFERENCE = /:(?:embed|id|pict)="([^"]+)"/g

/** Adds the images that a part of Office Open XML refers to. @param related its relationships */
export function addReferred(
  images: ImageList,
  office: OfficePackage,
  { xml, related, onPage }: { xml: string; related: readonly Relationship[]; onPage?: number },
): void {
  const parts = related.filter(({ type }) => type === 'image')
  if (parts.length === 0) return
  const targets = new Map(parts.map(({ id, target }) => [id, target]))
  for (const [, id] of xml.matchAll(REFERENCE)) {
    const target = targets.get(id!)
    if (target !== undefined) addPart(images, office, target, onPage)
  }
}
