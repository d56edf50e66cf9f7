import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import type { LanguageData } from './language-data.ts'
import { loadTesseractCore, setImage, type TesseractApi, type TesseractCore } from './tesseract-core.ts'

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
  const core = await loadTesseractCore()
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

function read(tesseract: Tesseract, image: Uint8Array, dotsPerInch: number): string {
  const { api } = tesseract
  api.SetVariable('user_defined_dpi', String(dotsPerInch))
  setImage(tesseract, image)
  api.Recognize(null)
  const text = api.MeanTextConf() < MIN_CONFIDENCE ? '' : api.GetUTF8Text()
  api.Clear()
  return text
}
