import { HIT_FIELDS } from '../../../domain/document-fields.ts'
import { type AnalyzedDocument, type AnalyzedPassage, analyzeDocument } from '../analysis/analyze-document.ts'
import { wordOfStem } from '../analysis/stems.ts'
import { wordsOf } from '../analysis/tokens.ts'
import type { WholeDocument } from '../engine.ts'
import { INTERNAL_FIELDS, type SearchField, WORDS_FIELDS } from '../fields.ts'
import type { SearchDocument } from '../port.ts'
import { keysField, MAX_PASSAGES, wordsField } from './index-definition.ts'

/** What Elasticsearch stores of a document and indexes. Words and keys are separated by blanks. */
export type Source = Record<string, unknown> & Partial<TitleSource & ContentSource>

interface TitleSource {
  title: string
  title_words: string
  title_keys: string
}

interface ContentSource {
  content: { page?: number; text: string; words: string; keys: string }[]
  content_keys: string
  content_length: number
  languages: string[]
}

/** The source of a whole document. A tombstone has no texts. */
export async function sourceOf(document: WholeDocument): Promise<Source> {
  const source = fieldsOf(document)
  if (document.deleted) return source
  await addOtherWords(source, document)
  const analyzed = await analyzeDocument(document.title, document.content)
  return Object.assign(source, titleSource(document.title, analyzed), contentSource(analyzed))
}

/** The source of a document whose text stays. @param stored the source that the index has of an older version */
export async function sourceWithStoredText(document: SearchDocument, stored: Source): Promise<Source> {
  const source = fieldsOf(document)
  await addOtherWords(source, document)
  for (const name of TEXT_FIELDS) setField(source, name, stored[name])
  if (document.title === stored.title) return source
  const analyzed = await analyzeDocument(document.title, [])
  source.languages = [...new Set([...(stored.languages ?? []), ...analyzed.languages])]
  return Object.assign(source, titleSource(document.title, analyzed))
}

const setField = <Name extends keyof Source>(source: Source, name: Name, value: Source[Name]): void =>
  void (source[name] = value)

const TITLE_FIELDS = ['title', 'title_words', 'title_keys'] as const satisfies (keyof TitleSource)[]
const CONTENT_FIELDS = [
  'content',
  'content_keys',
  'content_length',
  'languages',
] as const satisfies (keyof ContentSource)[]
const TEXT_FIELDS = [...TITLE_FIELDS, ...CONTENT_FIELDS]

const FIELDS: readonly SearchField[] = HIT_FIELDS.filter((name) => name !== 'title')

/** Assigned field by field: copying the others with `...` costs ten times as much. */
function fieldsOf(document: SearchDocument): Source {
  const source: Source = {}
  // The author of a tombstone is empty, and left out.
  for (const name of FIELDS) if (document[name] !== '') setField(source, name, document[name])
  source['deleted'] = document.deleted
  if (!document.deleted) for (const name of INTERNAL_FIELDS) setField(source, name, document[name])
  return source
}

/** Fields with full text besides the title. */
const OTHER_WORDS = WORDS_FIELDS.filter((name: string) => name !== 'title')

async function addOtherWords(source: Source, document: SearchDocument): Promise<void> {
  for (const name of OTHER_WORDS) {
    const { titleWords: words, titleKeys: keys } = await analyzeDocument(document[name] ?? '', [])
    source[wordsField(name)] = words.join(' ')
    source[keysField(name)] = withoutWords(keys, [words])
  }
}

function titleSource(title: string, { titleWords, titleKeys }: AnalyzedDocument): TitleSource {
  return {
    title: title.toWellFormed(),
    [wordsField('title') as 'title_words']: titleWords.join(' '),
    [keysField('title') as 'title_keys']: withoutWords(titleKeys, [titleWords]),
  }
}

function contentSource({ passages, textKeys, languages }: AnalyzedDocument): ContentSource {
  const joined = joinPassages(passages, MAX_PASSAGES)
  return {
    content: joined.map(({ page, text, words, keys }) => ({
      ...(page !== undefined && { page }),
      text: text.toWellFormed(),
      words: words.join(' '),
      keys: withoutWords(keys, [words]),
    })),
    [keysField('content') as 'content_keys']: withoutWords(
      textKeys,
      passages.flatMap(({ words, keys }) => [words, keys]),
    ),
    content_length: joined.reduce((sum, { text }) => sum + text.length, 0),
    languages,
  }
}

/** The keys but those that are words of the texts, and stems that are: queries look for both as words. */
function withoutWords(keys: readonly string[], texts: readonly (readonly string[])[]): string {
  const words = new Set<string>()
  for (const text of texts) for (const word of text) words.add(word)
  return keys.filter((key) => !words.has(key) && !words.has(wordOfStem(key) ?? key)).join(' ')
}

type Passage = Pick<AnalyzedPassage, 'page' | 'text' | 'words' | 'keys'>

/**
 * At most `limit` passages, by joining consecutive ones. One that spans pages is on none of them.
 */
export function joinPassages(passages: readonly Passage[], limit: number): readonly Passage[] {
  if (passages.length <= limit) return passages
  const size = Math.ceil(passages.length / limit)
  return Array.from({ length: Math.ceil(passages.length / size) }, (_, number) => {
    const group = passages.slice(number * size, (number + 1) * size)
    const [first] = group as [Passage]
    return {
      page: group.every(({ page }) => page === first.page) ? first.page : undefined,
      text: group.map(({ text }) => text).join('\n'),
      // Those of a passage alone end with the first ones of the next.
      words: group.flatMap(({ words, text }, place) => (place === group.length - 1 ? words : wordsOf(text))),
      keys: [...new Set(group.flatMap(({ keys }) => keys))],
    }
  })
}
