import { isCompoundFile, openCompoundFile } from './compound-file.ts'
import { UnreadableContent } from './extraction.ts'
import { openOfficePackage, openXmlPackage } from './office/office-package.ts'
import { looksLikeMessage } from './sniff.ts'
import type { BinaryFormat } from './text-format.ts'

/** The formats of Office Open XML, by the root element of their main part. */
const OFFICE_FORMATS = new Map<string, BinaryFormat>([
  ['document', 'docx'],
  ['workbook', 'xlsx'],
  ['presentation', 'pptx'],
])

/** What a compound file is, by the names of its streams. */
const COMPOUND_FORMATS: [stream: string, format: BinaryFormat][] = [
  ['WordDocument', 'doc'],
  ['__properties_version1.0', 'msg'],
]
/** Compound files that are not read, and why. */
const UNREAD: [stream: string, reason: string][] = [
  ['EncryptedPackage', 'encrypted: the Office file needs a password'],
  ['Workbook', 'an Excel workbook from before 2007, which is not read'],
  ['Book', 'an Excel workbook from before 2007, which is not read'],
  ['PowerPoint Document', 'a PowerPoint presentation from before 2007, which is not read'],
  ['VisioDocument', 'a Visio drawing from before 2013, which is not read'],
]

/**
 * The format of a file by its bytes, for those that have a signature and parts which tell more than the signature;
 * undefined for all others, also for damaged archives.
 * @throws UnreadableContent for a format that is known and not read, and for a damaged compound file
 */
export function formatOfContent(bytes: Uint8Array): BinaryFormat | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(8, bytes.length)).toString('latin1')
  if (start.startsWith('PK\x03\x04')) return ignoringDamage(() => zipFormat(bytes))
  if (isCompoundFile(bytes)) return compoundFormat(bytes)
  if (start.startsWith('{\\rtf')) return 'rtf'
  if (looksLikeMessage(bytes)) return 'eml'
  return undefined
}

function ignoringDamage<T>(read: () => T): T | undefined {
  try {
    return read()
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

function compoundFormat(bytes: Uint8Array): BinaryFormat | undefined {
  const { names } = openCompoundFile(bytes)
  const unread = UNREAD.find(([stream]) => names.includes(stream))
  if (unread !== undefined) throw new UnreadableContent(unread[1])
  return COMPOUND_FORMATS.find(([stream]) => names.includes(stream))?.[1]
}
