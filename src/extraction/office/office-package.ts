import { posix } from 'node:path'
import { decodeText } from '../encodings/decode-text.ts'
import { UnreadableContent } from '../extraction.ts'
import { readXml, xmlElementText } from '../read-xml.ts'
import { knownEncoding } from '../encodings/text-encoding.ts'
import { openZip, type ZipPeek } from '../zip.ts'

const LIMITS = { maxEntries: 20_000, maxBytes: 64 * 1024 * 1024 }

/** A part of a package that another part refers to. */
export interface Relationship {
  id: string
  /** The last segment of its URI, such as `slide`; the same for both namespaces of Office Open XML. */
  type: string
  /** the name of the part */
  target: string
}

/** A ZIP archive of XML files, as all office formats since 2005 are; their names are compared without case. */
export interface XmlPackage {
  has(name: string): boolean
  /** @throws UnreadableContent when it is missing, damaged or beyond the limits */
  xml(name: string): string
  /** As `xml`, with undefined for a file that is missing. */
  xmlIfAny(name: string): string | undefined
  /** Looks at a part without reading all of it; undefined for one that is missing. */
  peek(name: string): ZipPeek | undefined
}

/** A package of Office Open XML (ECMA-376-2, Open Packaging Conventions). */
export interface OfficePackage extends XmlPackage {
  /** the part that the format begins with, such as `xl/workbook.xml` */
  mainPart: string
  /** `title` of the core properties */
  title: string | undefined
  /** the parts that a part refers to */
  relationships(part: string): Relationship[]
}

/** @throws UnreadableContent */
export function openXmlPackage(bytes: Uint8Array): XmlPackage {
  const zip = openZip(bytes, LIMITS)
  const names = new Map(zip.names.map((name) => [name.toLowerCase(), name]))
  const storedName = (name: string): string | undefined => names.get(name.toLowerCase())
  const xmlIfAny = (name: string): string | undefined => {
    const stored = storedName(name)
    if (stored === undefined) return undefined
    const part = zip.read(stored)!
    return decodeText(part, knownEncoding(part, 'xml') ?? 'utf-8')
  }
  return {
    has: (name) => storedName(name) !== undefined,
    xmlIfAny,
    peek(name) {
      const stored = storedName(name)
      return stored === undefined ? undefined : zip.peek(stored)
    },
    xml(name) {
      const xml = xmlIfAny(name)
      if (xml === undefined) throw new UnreadableContent(`malformed: it has no part ${name.slice(0, 100)}`)
      return xml
    },
  }
}

/** The bytes of a part. @throws UnreadableContent when it is missing, damaged or beyond the limits */
export function readPackagePart(bytes: Uint8Array, name: string): Uint8Array {
  const zip = openZip(bytes, LIMITS)
  const stored = zip.names.find((other) => other.toLowerCase() === name.toLowerCase())
  const part = stored === undefined ? undefined : zip.read(stored)
  if (part === undefined) throw new UnreadableContent(`malformed: it has no part ${name.slice(0, 100)}`)
  return part
}

/** @throws UnreadableContent */
export function openOfficePackage(bytes: Uint8Array): OfficePackage {
  const zip = openXmlPackage(bytes)
  const relationships = (part: string): Relationship[] => {
    const folder = posix.dirname(part)
    const file = posix.join(folder, '_rels', `${posix.basename(part)}.rels`)
    return parseRelationships(zip.xmlIfAny(file) ?? '', folder)
  }
  const roots = parseRelationships(zip.xmlIfAny('_rels/.rels') ?? '', '.')
  const targetOf = (wanted: string) => roots.find(({ type }) => type === wanted)?.target
  const mainPart = targetOf('officeDocument')
  if (mainPart === undefined) throw new UnreadableContent('malformed: it has no main part')
  const properties = zip.xmlIfAny(targetOf('core-properties') ?? 'docProps/core.xml')
  return {
    ...zip,
    mainPart,
    title: properties === undefined ? undefined : xmlElementText(properties, 'title'),
    relationships,
  }
}

function parseRelationships(xml: string, folder: string): Relationship[] {
  const found: Relationship[] = []
  readXml(xml, {
    onOpen(name, attributes) {
      if (name !== 'Relationship' || attributes.get('TargetMode') === 'External') return
      const target = attributes.get('Target') ?? ''
      found.push({
        id: attributes.get('Id') ?? '',
        type: posix.basename(attributes.get('Type') ?? ''),
        target: posix.join(target.startsWith('/') ? '.' : folder, target.replace(/^\//, '')),
      })
    },
  })
  return found
}

/** The value of `r:id`, whatever prefix the file gives to the namespace of relationships. */
function relationshipId(attributes: ReadonlyMap<string, string>): string | undefined {
  for (const [name, value] of attributes) if (name.endsWith(':id')) return value
  return undefined
}

/** A part that the main part refers to: its place among them, from 1, and the name that the reference gives it. */
export type ReferredPart = Relationship & { number: number; name: string }

/**
 * Reads the parts that `element`s of the main part refer to, in their order and each once.
 * @param readPart what it throws as UnreadableContent leaves out that part
 * @returns how many there are, and whether some could not be read
 * @throws UnreadableContent when none of them can be read
 */
export function readReferredParts(
  { mainPart, xml, relationships }: OfficePackage,
  element: string,
  readPart: (part: ReferredPart) => void,
): { count: number; isIncomplete: boolean } {
  const targets = new Map(relationships(mainPart).map((relationship) => [relationship.id, relationship]))
  const seen = new Set<string>()
  let broken = 0
  let firstError: unknown
  readXml(xml(mainPart), {
    onOpen(opened, attributes) {
      if (opened !== element) return
      const relationship = targets.get(relationshipId(attributes) ?? '')
      if (relationship === undefined || seen.has(relationship.target)) return
      seen.add(relationship.target)
      try {
        readPart({ ...relationship, number: seen.size, name: attributes.get('name') ?? '' })
      } catch (error) {
        if (!(error instanceof UnreadableContent)) throw error
        broken++
        firstError ??= error
      }
    },
  })
  if (broken > 0 && broken === seen.size) throw firstError
  return { count: seen.size, isIncomplete: broken > 0 }
}
