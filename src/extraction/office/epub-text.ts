import { posix } from 'node:path'
import { type RawText, type ReadingLimits, UnreadableContent } from '../extraction.ts'
import { htmlText } from '../textual/html-text.ts'
import { addPart, createImageList } from './image-list.ts'
import { openXmlPackage, type XmlPackage } from './office-package.ts'
import { createPartsSink } from '../parts-sink.ts'
import { readXml, xmlElementText } from '../read-xml.ts'

/**
 * The text of an EPUB 2 or 3, file by file in the order of reading (the spine; EPUB 3.3, 5.7).
 * @throws UnreadableContent when it is malformed, or all of its text is encrypted
 */
export function epubText(bytes: Uint8Array, { maxOutputChars }: ReadingLimits): RawText {
  const zip = openXmlPackage(bytes)
  const packageFile = packageFileOf(zip)
  const packageXml = zip.xml(packageFile)
  const encrypted = encryptedFiles(zip)
  const sink = createPartsSink(maxOutputChars * 2)
  const images = createImageList('epub')
  let unreadable = 0
  const files = spineOf(packageXml, posix.dirname(packageFile))
  for (const file of files) {
    if (sink.full) break
    const source = encrypted.has(file) ? undefined : zip.xmlIfAny(file)
    if (source === undefined) unreadable++
    else sink.push(htmlText(source, { maxChars: maxOutputChars * 2 + 1 }).text)
    sink.endPart()
    for (const image of imagesOf(source ?? '')) {
      const name = posix.join(posix.dirname(file), fileOf(image))
      if (!encrypted.has(name)) addPart(images, zip, name)
    }
  }
  if (unreadable > 0 && unreadable === files.length) {
    throw new UnreadableContent(encrypted.size > 0 ? 'encrypted: the EPUB is protected' : 'malformed EPUB')
  }
  const { parts, cut } = sink.result()
  const title = xmlElementText(packageXml, 'title')
  return {
    parts,
    cut: cut || unreadable > 0,
    ...(title !== undefined && { title }),
    ...images.result(),
  }
}

/** What the images of a chapter refer to, also those in a drawing, as they stand there. */
function imagesOf(source: string): string[] {
  const found: string[] = []
  // Most chapters have none.
  if (!/<(?:\w+:)?(?:img|image)[\s/]/i.test(source)) return found
  readXml(source, {
    onOpen(name, attributes) {
      const reference =
        name === 'img'
          ? attributes.get('src')
          : name === 'image'
            ? (attributes.get('xlink:href') ?? attributes.get('href'))
            : undefined
      if (reference !== undefined) found.push(reference)
    },
  })
  return found
}

/** The file with the metadata and the order of all others. */
function packageFileOf(zip: XmlPackage): string {
  let file: string | undefined
  readXml(zip.xml('META-INF/container.xml'), {
    onOpen(name, attributes) {
      if (name === 'rootfile') file ??= attributes.get('full-path')
    },
  })
  if (file === undefined) throw new UnreadableContent('malformed EPUB: it has no package document')
  return file
}

/** The files of the spine, each once. */
function spineOf(packageXml: string, folder: string): string[] {
  const hrefs = new Map<string, string>()
  const spine = new Set<string>()
  readXml(packageXml, {
    onOpen(name, attributes) {
      if (name === 'item') hrefs.set(attributes.get('id') ?? '', attributes.get('href') ?? '')
      const href = name === 'itemref' ? hrefs.get(attributes.get('idref') ?? '') : undefined
      if (href !== undefined) spine.add(posix.join(folder, fileOf(href)))
    },
  })
  return [...spine]
}

/** Fonts are often obfuscated; text is encrypted only in protected books. */
function encryptedFiles(zip: XmlPackage): Set<string> {
  const files = new Set<string>()
  readXml(zip.xmlIfAny('META-INF/encryption.xml') ?? '', {
    onOpen(name, attributes) {
      if (name === 'CipherReference') files.add(fileOf(attributes.get('URI') ?? ''))
    },
  })
  return files
}

function fileOf(href: string): string {
  const path = href.split('#', 1)[0]!
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
