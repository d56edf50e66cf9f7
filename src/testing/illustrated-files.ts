/** Small documents that show images, for tests. */
import type { ZipFile } from '../runtime/write-zip.ts'
import { docxEntries } from './sample-files.ts'
import {
  entry,
  epubEntries,
  odfEntries,
  pptxEntries,
  relationships,
  slide,
  xlsxEntries,
  zipOf,
} from './sample-office-files.ts'

/** An image by the name of its part in the document, without a folder. */
export type NamedImage = readonly [name: string, bytes: Uint8Array]

/** What a document shows in order: text, or an image. */
export type Shown = string | NamedImage

const isImage = (shown: Shown): shown is NamedImage => typeof shown !== 'string'
const partsOf = (folder: string, images: readonly NamedImage[]): ZipFile[] =>
  [...new Map(images)].map(([name, bytes]) => ({ name: `${folder}/${name}`, bytes }))

/** Relationships of a part with the images, each named as often as it is shown, and further ones before them. */
function shownBy(
  part: string,
  folder: string,
  images: readonly NamedImage[],
  first: [string, string][] = [],
) {
  const targets = images.map(([name]) => ['image', `${folder}/${name}`] as const)
  return relationships(part, [...first, ...targets])
}

/** A DOCX with these paragraphs. @param further parts */
export function illustratedDocx(shown: readonly Shown[], ...further: ZipFile[]): Buffer {
  const images = shown.filter(isImage)
  let drawn = 0
  const body = shown.map((item) =>
    isImage(item)
      ? `<w:p><w:r><w:drawing><a:blip r:embed="rId${++drawn}"/></w:drawing></w:r></w:p>`
      : `<w:p><w:r><w:t>${item}</w:t></w:r></w:p>`,
  )
  return zipOf(
    ...docxEntries([], body.join('')),
    shownBy('word/document.xml', 'media', images),
    ...partsOf('word/media', images),
    ...further,
  )
}

/** A PPTX with these slides. */
export function illustratedPptx(slides: readonly (readonly Shown[])[]): Buffer {
  const pictures = (images: readonly NamedImage[]): string =>
    images.map((_, index) => `<p:pic><a:blip r:embed="rId${index + 1}"/></p:pic>`).join('')
  return zipOf(
    ...pptxEntries(
      slides.map((shown) =>
        slide(...shown.filter((item) => typeof item === 'string')).replace(
          '</p:sld>',
          `${pictures(shown.filter(isImage))}</p:sld>`,
        ),
      ),
    ),
    ...slides.map((shown, index) =>
      shownBy(`ppt/slides/slide${index + 1}.xml`, '../media', shown.filter(isImage)),
    ),
    ...partsOf('ppt/media', slides.flat().filter(isImage)),
  )
}

/** An XLSX whose sheets, by their names, show these images. */
export function illustratedXlsx(sheets: Record<string, readonly NamedImage[]>): Buffer {
  const rows = Object.fromEntries(Object.keys(sheets).map((name) => [name, '']))
  const beside = Object.values(sheets).flatMap((images, index) => {
    const drawing = `drawing${index + 1}.xml`
    const anchors = images.map((_, at) => `<xdr:pic><a:blip r:embed="rId${at + 1}"/></xdr:pic>`)
    return [
      relationships(`xl/worksheets/sheet${index + 1}.xml`, [['drawing', `../drawings/${drawing}`]]),
      entry(`xl/drawings/${drawing}`, `<xdr:wsDr>${anchors.join('')}</xdr:wsDr>`),
      shownBy(`xl/drawings/${drawing}`, '../media', images),
    ]
  })
  return zipOf(...xlsxEntries(rows), ...beside, ...partsOf('xl/media', Object.values(sheets).flat()))
}

const odfBody = (shown: readonly Shown[]): string =>
  shown
    .map((item) =>
      isImage(item)
        ? `<text:p><draw:frame><draw:image xlink:href="Pictures/${item[0]}"/></draw:frame></text:p>`
        : `<text:p>${item}</text:p>`,
    )
    .join('')

/** An ODT with these paragraphs. */
export const illustratedOdt = (shown: readonly Shown[]): Buffer =>
  zipOf(...odfEntries('text', odfBody(shown)), ...partsOf('Pictures', shown.filter(isImage)))

/** An ODP with these slides. */
export const illustratedOdp = (slides: readonly (readonly Shown[])[]): Buffer =>
  zipOf(
    ...odfEntries('presentation', slides.map((shown) => `<draw:page>${odfBody(shown)}</draw:page>`).join('')),
    ...partsOf('Pictures', slides.flat().filter(isImage)),
  )

/** An EPUB with these chapters. */
export const illustratedEpub = (chapters: readonly (readonly Shown[])[]): Buffer =>
  zipOf(
    ...epubEntries(
      chapters.map((shown) =>
        shown
          .map((item) => (isImage(item) ? `<p><img src="../images/${item[0]}"/></p>` : `<p>${item}</p>`))
          .join(''),
      ),
    ),
    ...partsOf('OPS/images', chapters.flat().filter(isImage)),
  )

/** An RTF with these paragraphs; images have their data as `\bin` where their name ends so. */
export function illustratedRtf(shown: readonly Shown[]): Buffer {
  const parts = shown.map((item) => {
    if (!isImage(item)) return Buffer.from(`${item}\\par\n`)
    const [name, bytes] = item
    const begin = `{\\*\\shppict{\\pict{\\*\\picprop\\shplid1}\\picw1\\pngblip\\bliptag7{\\*\\blipuid 0a1b}\n`
    if (name.endsWith('.bin'))
      return Buffer.concat([Buffer.from(`${begin}\\bin${bytes.length} `), bytes, Buffer.from('}}')])
    const lines = Buffer.from(bytes)
      .toString('hex')
      .replaceAll(/.{128}/g, '$&\n')
    return Buffer.from(`${begin}${lines}}}`)
  })
  return Buffer.concat([Buffer.from('{\\rtf1\\ansi '), ...parts, Buffer.from('}')])
}
