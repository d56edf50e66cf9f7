import { emphasize, findTerms, fragmentsOf, wordsToStem } from './highlight.ts'
import type { SearchHit } from './port.ts'
import type { Stemmer } from './stems.ts'
import type { Term } from './terms.ts'
import { type Word, wordsOf } from './words.ts'

/** A document of a page, with the beginning of its text. */
export interface Row extends Omit<SearchHit, 'highlights'> {
  content: string
  /** the text has more than `content` */
  cut: boolean
}

/** Characters of a text that are looked at for highlights, at first. */
export const CONTENT_START = 20_000
/** Long texts of a page that are read to the end when their beginning has nothing to show. */
const MAX_WHOLE_TEXTS = 10

/** Makes hits of rows: where the terms are in the title, and in the beginning of the text or else in all of it. */
export function createHighlighter(
  stemsOf: Stemmer,
  contents: (ids: string[]) => Promise<Map<string, string>>,
): (rows: Row[], terms: Term[]) => Promise<SearchHit[]> {
  return async (rows, terms) => {
    const titles = await fragments(
      rows.map(({ title }) => title),
      terms,
      stemsOf,
      wholeTitle,
    )
    const texts = await fragments(
      rows.map(({ content }) => content),
      terms,
      stemsOf,
      fragmentsOf,
    )
    const open = rows.filter(({ cut }, index) => cut && texts[index]!.length === 0).slice(0, MAX_WHOLE_TEXTS)
    if (open.length > 0) {
      const whole = await contents(open.map(({ id }) => id))
      const found = await fragments(
        open.map(({ id }) => whole.get(id) ?? ''),
        terms,
        stemsOf,
        fragmentsOf,
      )
      open.forEach((row, index) => (texts[rows.indexOf(row)] = found[index]!))
    }
    return rows.map((row, index) => hitOf(row, titles[index]!, texts[index]!))
  }
}

type Cutter = typeof fragmentsOf

const wholeTitle: Cutter = (title, spans) => (spans.length === 0 ? [] : [emphasize(title, spans)])

async function fragments(texts: string[], terms: Term[], stemsOf: Stemmer, cut: Cutter): Promise<string[][]> {
  const words: Word[][] = texts.map((text) => [...wordsOf(text)])
  const stems = await stemsOf(words.flatMap((each) => wordsToStem(each, terms)))
  return texts.map((text, index) => cut(text, findTerms(words[index]!, terms, stems)))
}

function hitOf({ content: _, cut: __, ...row }: Row, title: string[], content: string[]): SearchHit {
  const highlights = { ...(title.length > 0 && { title }), ...(content.length > 0 && { content }) }
  return { ...row, highlights }
}
