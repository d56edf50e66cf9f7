import type { Row } from '../driver.ts'
import type { SearchHit } from '../port.ts'
import { emphasize, fragmentsOf } from './emphasize.ts'
import { findTerms, wordsToStem } from './highlight.ts'
import type { Stemmer } from './stems.ts'
import type { Term } from './terms.ts'
import { wordsOf } from './words.ts'

/** Long texts of a page that are read to the end when the beginning has no match. */
const MAX_WHOLE_TEXTS = 10

/**
 * Makes hits of rows, with the matches in the title, and in the beginning of the text or else in all of it.
 * @param contents reads whole texts by id
 * @returns takes the terms that can be found in a hit
 */
export function createHighlighter(
  stemsOf: Stemmer,
  contents: (ids: string[]) => Promise<Map<string, string>>,
): (rows: Row[], terms: Term[]) => Promise<SearchHit[]> {
  async function fragments(texts: string[], terms: Term[], cut: typeof fragmentsOf): Promise<string[][]> {
    if (terms.length === 0) return texts.map(() => [])
    const words = texts.map((text) => [...wordsOf(text)])
    const stems = await stemsOf(words.flatMap((each) => wordsToStem(each, terms)))
    return texts.map((text, index) => cut(text, findTerms(words[index]!, terms, stems)))
  }

  return async (rows, terms) => {
    const inText = terms.filter(({ inTitle }) => !inTitle)
    const titles = await fragments(
      rows.map(({ title }) => title),
      terms,
      wholeTitle,
    )
    const texts = await fragments(
      rows.map(({ content }) => content),
      inText,
      fragmentsOf,
    )
    const open = rows
      .filter(({ isCut }, index) => inText.length > 0 && isCut && texts[index]!.length === 0)
      .slice(0, MAX_WHOLE_TEXTS)
    if (open.length > 0) {
      const whole = await contents(open.map(({ id }) => id))
      const found = await fragments(
        open.map(({ id }) => whole.get(id) ?? ''),
        inText,
        fragmentsOf,
      )
      open.forEach((row, index) => (texts[rows.indexOf(row)] = found[index]!))
    }
    return rows.map((row, index) => hitOf(row, titles[index]!, texts[index]!))
  }
}

const wholeTitle: typeof fragmentsOf = (title, spans) => (spans.length === 0 ? [] : [emphasize(title, spans)])

function hitOf({ content: _, isCut: __, ...row }: Row, title: string[], content: string[]): SearchHit {
  const highlights = { ...(title.length > 0 && { title }), ...(content.length > 0 && { content }) }
  return { ...row, page: null, highlights }
}
