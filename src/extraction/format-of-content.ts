import { UnreadableContent } from './extraction.ts'
import { openOfficePackage, openXmlPackage } from './office-package.ts'
import type { BinaryFormat } from './text-format.ts'

/** The formats of Office Open XML, by the root element of their main part. */
const OFFICE_FORMATS = new Map<string, BinaryFormat>([
  ['document', 'docx'],
  ['workbook', 'xlsx'],
  ['presentation', 'pptx'],
])

/**
 * The format of a file by its bytes, for those that have a signature and parts which tell more than the signature;
 * undefined for all others, also for damaged ones.
 * @throws UnreadableContent for a format that is known and not read
 */
export function formatOfContent(bytes: Uint8Array): BinaryFormat | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(8, bytes.length)).toString('latin1')
  if (start.startsWith('PK\x03\x04')) return ignoringDamage(() => zipFormat(bytes))
  if (start.startsWith('{\\rtf')) return 'rtf'
  return undefined
}

function ignoringDamage(format: () => BinaryFormat | undefined): BinaryFormat | undefined {
  try {
    return format()
  } catch (error) {
    if (error instanceof UnreadableContent) return undefined
    throw error
  }
}

function zipFormat(bytes: Uint8Array): BinaryFormat | undefined {
  const zip = openXmlPackage(bytes)
  if (zip.has('META-INF/container.xml') && !zip.has('content.xml')) return 'epub'
  if (zip.xmlIfAny('mimetype')?.startsWith('application/vnd.oasis.opendocument.')) return 'odf'
  if (!zip.has('_rels/.rels')) return undefined
  const office = openOfficePackage(bytes)
  if (office.mainPart === 'xl/workbook.bin') return 'xlsx'
  const [, root = ''] = /<(?:\w+:)?(\w+)[\s>]/.exec(office.xml(office.mainPart).slice(0, 10_000)) ?? []
  return OFFICE_FORMATS.get(root)
}
