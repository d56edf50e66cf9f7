import type { TextPart } from '../domain/text-part.ts'
import type { RawText } from './extraction.ts'
import { createTextSink, type TextSink } from './text-sink.ts'

/** Collects the text of a format with parts, such as slides, sheets or chapters, up to a size of all together. */
export interface PartsSink extends Pick<TextSink, 'push' | 'full'> {
  /** Ends a part. @param page its number, from 1, if the part counts as a page */
  endPart(page?: number): void
  /** The parts that have ended. */
  result(): Pick<RawText, 'parts' | 'cut'>
}

/** @param maxChars UTF-16 code units */
export function createPartsSink(maxChars: number): PartsSink {
  const parts: TextPart[] = []
  let left = maxChars
  let sink = createTextSink(left)
  return {
    push: (piece) => sink.push(piece),
    get full() {
      return sink.full
    },
    endPart(page) {
      const text = sink.text()
      if (text.trim() !== '') parts.push(page === undefined ? { text } : { page, text })
      if (sink.full) return
      left -= text.length
      sink = createTextSink(left)
    },
    result: () => ({ parts, cut: sink.full }),
  }
}
