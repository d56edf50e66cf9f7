import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { getResolvedPDFJS } from 'unpdf'
import { buildRoot } from '../../runtime/package-root.ts'
import { UnreadableContent } from '../extraction.ts'

export type PdfJs = Awaited<ReturnType<typeof getResolvedPDFJS>>
export type Pdf = Awaited<ReturnType<PdfJs['getDocument']>['promise']>
export type PdfPage = Awaited<ReturnType<Pdf['getPage']>>

/** PDF.js (package unpdf), loaded where a PDF is read. */
export async function loadPdfJs(): Promise<PdfJs> {
  addTransfer()
  return (await import('unpdf')).getResolvedPDFJS()
}

/** PDF.js ends each buffer with a font in this way when it lists operators; Node 20 does not have it yet (ES2024). */
function addTransfer(): void {
  if ('transferToFixedLength' in ArrayBuffer.prototype) return
  Object.defineProperty(ArrayBuffer.prototype, 'transferToFixedLength', {
    value(this: ArrayBuffer, length = this.byteLength): ArrayBuffer {
      const copy = new Uint8Array(length)
      copy.set(new Uint8Array(this, 0, Math.min(length, this.byteLength)))
      return copy.buffer
    },
  })
}

/**
 * Opens a PDF for reading its text: without fonts of the system, scripts and images.
 * @throws UnreadableContent
 */
export function openPdf({ getDocument }: PdfJs, bytes: Uint8Array): Promise<Pdf> {
  const opening = getDocument({
    data: ownBytes(bytes),
    verbosity: 0,
    useSystemFonts: false,
    disableFontFace: true,
    // Without it, a form of XFA only asks for another program.
    enableXfa: true,
    maxImageSize: 1,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    BinaryDataFactory: CharacterMaps,
  })
  return opening.promise.catch((error: unknown) => {
    throw new UnreadableContent(reasonFor(error))
  })
}

/** PDF.js refuses a Buffer, and takes away what has a whole ArrayBuffer, such as a file in a mail. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength === bytes.buffer.byteLength) return new Uint8Array(bytes)
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * Gives PDF.js the predefined character maps (ISO 32000-1, 9.7.5.2), without which fonts for Chinese, Japanese and Korean
 * that name one have no text. The build copies them from pdfjs-dist. The metrics of the standard fonts are in PDF.js; their
 * outlines are not needed.
 */
class CharacterMaps {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    if (kind !== 'cMapUrl' || !/^[\w-]+\.bcmap$/.test(filename)) throw new Error(`there is no ${filename}`)
    return new Uint8Array(await readFile(join(buildRoot(), 'extraction/cmaps', filename)))
  }
}

function reasonFor(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return name === 'PasswordException' ? 'encrypted: the PDF needs a password' : `malformed PDF: ${message}`
}
