import { isUtf8 } from 'node:buffer'

/** A name of a file for people. */
export interface FileName {
  text: string
  /** the bytes are no UTF-8 and were read as Windows-1252 */
  isGuessed: boolean
}

const WINDOWS_1252 = new TextDecoder('windows-1252')

/** File systems keep names as bytes. Different bytes have different texts, so that each file stays one. */
export const fileName = (bytes: Buffer): FileName =>
  isUtf8(bytes)
    ? { text: bytes.toString(), isGuessed: false }
    : { text: WINDOWS_1252.decode(bytes), isGuessed: true }
