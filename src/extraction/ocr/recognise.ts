import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { buildRoot } from '../../runtime/package-root.ts'
import type { LanguageData } from './language-data.ts'
import type { CreateTesseract, TesseractApi, TesseractCore } from './tesseract-core.ts'

interface Tesseract {
  core: TesseractCore
  api: TesseractApi
}

/** Of the recogniser that reads lines (OEM_LSTM_ONLY), and of the layout of a page without its direction (PSM_AUTO) */
const ENGINE = 1
const LAYOUT = '3'
/** What is drawn, not written, is read as words that are not likely: percent. */
const MIN_CONFIDENCE = 40

let loading: Promise<Tesseract> | undefined

/**
 * Tesseract (package tesseract.js-core) in WebAssembly. tesseract.js itself is not used: it adds a thread, which a process of its own
 * makes unnecessary, and a download of language data.
 */
async function loadTesseract(languages: readonly LanguageData[]): Promise<Tesseract> {
  const folder = join(buildRoot(), 'extraction/ocr')
  const createCore = createRequire(import.meta.url)(join(folder, 'tesseract.cjs')) as CreateTesseract
  const silent = (): void => undefined
  const wasmBinary = await readFile(join(folder, 'tesseract.wasm'))
  const core = await createCore({ wasmBinary, print: silent, printErr: silent })
  for (const { name, file } of languages) {
    const data = await readFile(file)
    core.FS.writeFile(`${name}.traineddata`, file.endsWith('.gz') ? gunzipSync(data) : data)
  }
  const api = new core.TessBaseAPI()
  const names = languages.map(({ name }) => name).join('+')
  if (api.Init(null, names, ENGINE) !== 0) throw new Error(`the language data of ${names} cannot be used`)
  api.SetVariable('tessedit_pageseg_mode', LAYOUT)
  return { core, api }
}

/**
 * The words in an image.
 * @param image a file: PNG, JPEG, TIFF, PGM
 * @param dotsPerInch 0: as the file says
 */
export async function recognise(
  image: Uint8Array,
  { languages, dotsPerInch }: { languages: readonly LanguageData[]; dotsPerInch: number },
): Promise<string> {
  const tesseract = await (loading ??= loadTesseract(languages))
  try {
    return read(tesseract, image, dotsPerInch)
  } catch (error) {
    // What is left in its memory is not to be trusted.
    loading = undefined
    throw error
  }
}

function read({ core, api }: Tesseract, image: Uint8Array, dotsPerInch: number): string {
  api.SetVariable('user_defined_dpi', String(dotsPerInch))
  core.FS.writeFile('/input', image)
  if (api.SetImageFile(orientationOf(image), 0) !== 0) throw new Error('the image cannot be decoded')
  core.FS.unlink('/input')
  api.Recognize(null)
  const text = api.MeanTextConf() < MIN_CONFIDENCE ? '' : api.GetUTF8Text()
  api.Clear()
  return text
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
