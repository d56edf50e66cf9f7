import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { buildRoot } from '../../runtime/package-root.ts'

/** What is used of the package tesseract.js-core, which has no types and is no module of ECMAScript. */
type CreateTesseract = (options: {
  wasmBinary: Uint8Array
  print(line: string): void
  printErr(line: string): void
}) => Promise<TesseractCore>

export interface TesseractCore {
  TessBaseAPI: new () => TesseractApi
  FS: {
    writeFile(path: string, data: Uint8Array): void
    readFile(path: string): Uint8Array
    unlink(path: string): void
  }
}

export interface TesseractApi {
  /** 0: done */
  Init(folder: null, languages: string, engine: number): number
  /** Without a language: images are read, texts are not. */
  InitForAnalysePage(): void
  /** Writes the image that was set as a PNG, `/image.png`. @param kind 0: as it was given */
  WriteImage(kind: 0): void
  SetVariable(name: string, value: string): boolean
  /**
   * Takes the file `/input`.
   * @param orientation of Exif
   * @param angle in radians
   */
  SetImageFile(orientation: number, angle: number): number
  Recognize(monitor: null): number
  GetUTF8Text(): string
  /** 0–100 */
  MeanTextConf(): number
  Clear(): void
}

/** A recogniser of its own, in WebAssembly. */
export async function loadTesseractCore(): Promise<TesseractCore> {
  const folder = join(buildRoot(), 'extraction/ocr')
  const createCore = createRequire(import.meta.url)(join(folder, 'tesseract.cjs')) as CreateTesseract
  const silent = (): void => undefined
  const wasmBinary = await readFile(join(folder, 'tesseract.wasm'))
  return createCore({ wasmBinary, print: silent, printErr: silent })
}

/** Has tesseract decode the file of an image: PNG, JPEG, TIFF, PGM. @throws Error */
export function setImage({ core, api }: { core: TesseractCore; api: TesseractApi }, image: Uint8Array): void {
  core.FS.writeFile('/input', image)
  if (api.SetImageFile(orientationOf(image), 0) !== 0) throw new Error('the image cannot be decoded')
  core.FS.unlink('/input')
}

/** Exif's tag 0x0112, a short, in either order of bytes. */
const LITTLE_ENDIAN = Buffer.from('1201030001000000', 'hex')
const BIG_ENDIAN = Buffer.from('0112000300000001', 'hex')

/** Of a JPEG, from 1 (upright) to 8. */
function orientationOf(image: Uint8Array): number {
  if (image[0] !== 0xff) return 1
  const start = Buffer.from(image.subarray(0, 1_000))
  const [little, big] = [start.indexOf(LITTLE_ENDIAN), start.indexOf(BIG_ENDIAN)]
  const orientation = (little === -1 ? big !== -1 && start[big + 9] : start[little + 8]) || 1
  return orientation > 8 ? 1 : orientation
}
