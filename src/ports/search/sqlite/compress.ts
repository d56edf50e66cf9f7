import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'

/** Brotli knows frequent words, so that it saves more of a short text than zlib; higher levels cost more than they save. */
const OPTIONS = {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 5,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_LGWIN]: 16,
  },
}

/** The text of a passage as the index file has it. */
export const compress = (text: string): Uint8Array => brotliCompressSync(text, OPTIONS)
export const decompress = (bytes: Uint8Array): string => brotliDecompressSync(bytes).toString()
