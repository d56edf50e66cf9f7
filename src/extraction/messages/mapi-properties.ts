import { decodeCodepage } from '../encodings/codepage.ts'
import type { Storage } from '../compound-file.ts'

const TYPE_INTEGER = 0x0003
const TYPE_TIME = 0x0040
const INTERNET_CODEPAGE = '3FDE'
const MESSAGE_CODEPAGE = '3FFD'
/** Milliseconds from 1601, where FILETIME begins, to 1970. */
const FILETIME_OFFSET = 11_644_473_600_000

/** Properties of a message, an attachment or a recipient (MS-OXMSG, 2.4), by their tags in hexadecimal (MS-OXPROPS). */
export interface MapiProperties {
  /** the code page of texts that are not Unicode */
  codepage: number
  text(tag: string): string | undefined
  binary(tag: string): Buffer | undefined
  /** ISO 8601 */
  time(tag: string): string | undefined
}

/**
 * @param headerBytes of the stream of properties with a fixed length: 32 in a message, 24 in one within another, else 8
 * @param outerCodepage that of the message around an attachment or a recipient
 */
export function readMapiProperties(
  storage: Storage,
  headerBytes: number,
  outerCodepage?: number,
): MapiProperties {
  const fixed = storage.stream('__properties_version1.0') ?? Buffer.alloc(0)
  const values = new Map<string, Buffer>()
  for (let at = headerBytes; at + 16 <= fixed.length; at += 16) {
    values.set(key(fixed.readUInt16LE(at + 2), fixed.readUInt16LE(at)), fixed.subarray(at + 8, at + 16))
  }
  const codepageOf = (tag: string) => values.get(key(parseInt(tag, 16), TYPE_INTEGER))?.readUInt32LE(0)
  const codepage = codepageOf(MESSAGE_CODEPAGE) ?? outerCodepage ?? codepageOf(INTERNET_CODEPAGE) ?? 1252
  const stream = (tag: string, type: string) => storage.stream(`__substg1.0_${tag}${type}`)
  return {
    codepage: codepageOf(INTERNET_CODEPAGE) ?? codepage,
    text(tag) {
      const unicode = stream(tag, '001F')
      const bytes = stream(tag, '001E')
      const text = unicode ? unicode.toString('utf16le') : bytes && decodeCodepage(bytes, codepage)
      return text?.replace(/\0+$/, '')
    },
    binary: (tag) => stream(tag, '0102'),
    time(tag) {
      const value = values.get(key(parseInt(tag, 16), TYPE_TIME))
      const time = value && new Date(Number(value.readBigUInt64LE() / 10_000n) - FILETIME_OFFSET)
      return time === undefined || Number.isNaN(time.getTime()) ? undefined : time.toISOString()
    },
  }
}

const key = (id: number, type: number): string => `${id}:${type}`
