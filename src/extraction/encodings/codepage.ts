import { isAscii } from 'node:buffer'
import { canDecode, decodeText } from './decode-text.ts'

/** Labels of code pages of Windows that are neither `windows-NUMBER` nor `cpNUMBER`. */
const LABELS: Record<number, string> = {
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  1200: 'utf-16le',
  1361: 'euc-kr',
  10000: 'macintosh',
  10007: 'x-mac-cyrillic',
  20866: 'koi8-r',
  21866: 'koi8-u',
  28591: 'iso-8859-1',
  28592: 'iso-8859-2',
  28595: 'iso-8859-5',
  28605: 'iso-8859-15',
  50220: 'iso-2022-jp',
  51932: 'euc-jp',
  54936: 'gb18030',
  65001: 'utf-8',
}

/** Decodes bytes in a code page of Windows; an unknown one is taken for windows-1252. */
export function decodeCodepage(bytes: Uint8Array, codepage: number): string {
  // Most texts of most files are ASCII, which is the same in all of them but UTF-16.
  if (codepage !== 1200 && isAscii(bytes)) return Buffer.from(bytes).toString('latin1')
  const labels = [LABELS[codepage] ?? '', `windows-${codepage}`, `cp${codepage}`]
  return decodeText(bytes, labels.find(canDecode) ?? 'windows-1252')
}
