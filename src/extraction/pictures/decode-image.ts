import { loadTesseractCore, setImage, type TesseractApi, type TesseractCore } from '../ocr/tesseract-core.ts'

/** Where it writes to. */
const WRITTEN = '/image.png'

let loading: Promise<{ core: TesseractCore; api: TesseractApi }> | undefined

async function load() {
  const core = await loadTesseractCore()
  const api = new core.TessBaseAPI()
  api.InitForAnalysePage()
  return { core, api }
}

/**
 * The image of a PNG, JPEG or TIFF, upright and on white, as a plain PNG. Tesseract's library of images (Leptonica) reads it, which
 * is here for OCR. @throws Error
 */
export async function decodeImage(image: Uint8Array): Promise<Buffer> {
  const tesseract = await (loading ??= load())
  const { core, api } = tesseract
  setImage(tesseract, image)
  api.WriteImage(0)
  const png = core.FS.readFile(WRITTEN)
  core.FS.unlink(WRITTEN)
  api.Clear()
  return Buffer.from(png)
}
