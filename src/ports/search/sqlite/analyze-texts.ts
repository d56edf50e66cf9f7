import type { TextPart } from '../../../domain/text-part.ts'
import { type AnalyzedDocument, analyzeDocument } from '../analysis/analyze-document.ts'
import { WORDS_FIELDS, type WordsField } from '../fields.ts'
import type { StoredDocument } from '../port.ts'

/** What the index keeps of the words of a document, and of each of its fields with full text. */
export interface AnalyzedTexts extends Omit<AnalyzedDocument, 'titleWords' | 'titleKeys'> {
  fields: Map<WordsField, { words: string[]; keys: string[] }>
}

/** The values of fields with full text. */
export type FieldTexts = Pick<StoredDocument, WordsField>

/** @param parts of the content */
export async function analyzeTexts(document: FieldTexts, parts: readonly TextPart[]): Promise<AnalyzedTexts> {
  const { titleWords, titleKeys, ...content } = await analyzeDocument(document.title, parts)
  const languages = new Set(content.languages)
  const fields: AnalyzedTexts['fields'] = new Map([['title', { words: titleWords, keys: titleKeys }]])
  for (const name of WORDS_FIELDS) {
    if (fields.has(name)) continue
    const analyzed = await analyzeDocument(document[name] ?? '', [])
    fields.set(name, { words: analyzed.titleWords, keys: analyzed.titleKeys })
    for (const language of analyzed.languages) languages.add(language)
  }
  return { ...content, fields, languages: [...languages] }
}
