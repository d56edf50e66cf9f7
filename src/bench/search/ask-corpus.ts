import { basename } from 'node:path'
import { CONTENT_TYPES, sampleCorpus } from './corpus.ts'
import { docxOf, independentTexts, type ReadableFile } from './independent-texts.ts'
import { type QuestionLimits, questionsOfText } from './questions-of-text.ts'
import { finding, MAX_TERMS, missing } from './ask-many.ts'
import type { ServiceClient } from './service-client.ts'
import type { Kind, Tally } from './tally.ts'

export interface CorpusOptions {
  folders: readonly string[]
  /** of each format and language */
  filesOfEach: number
  /** of each file */
  limits: QuestionLimits
  seed: string
}

/** Files that are asked about at the same time. */
const CONCURRENCY = 4
/** Of each kind, of a file. */
const EXCLUSIONS = 4

/** Real files, compared with what independent readers find in them. Each file has an author of its own. */
export async function askCorpus(
  service: ServiceClient,
  tally: Tally,
  { folders, filesOfEach, limits, seed }: CorpusOptions,
): Promise<void> {
  const begun = performance.now()
  const sampled = await sampleCorpus(folders, { filesOfEach, seed })
  const pages = sampled.filter(({ format }) => format === 'html')
  const files = await independentTexts([...sampled, ...(await docxOf(pages))])
  const say = (what: string): void => {
    process.stderr.write(`${((performance.now() - begun) / 1_000).toFixed(0)} s: ${what}\n`)
  }
  say(`${files.length} files`)
  const authorOf = (number: number): string => `file-${number}@example.com`
  const ids: string[] = []
  for (const [number, { format, path, bytes }] of files.entries())
    ids.push(
      await service.upload({
        file_name: basename(path),
        author: authorOf(number),
        contentType: CONTENT_TYPES[format],
        bytes,
      }),
    )
  await service.untilRead(files.length)
  say('their texts are read')

  const left = [...files.entries()]
  const next = async (): Promise<void> => {
    for (let each = left.shift(); each !== undefined; each = left.shift()) {
      const [number, file] = each
      const text = await service.textOf(ids[number]!)
      const remark =
        text.state === 'indexed' && !text.cut ? '' : ` (text ${text.state}${text.cut ? ', cut' : ''})`
      await askFile(service, tally, {
        file,
        name: file.path + remark,
        author: authorOf(number),
        limits,
        seed,
      })
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, next))
  say('all is asked')
}

interface FileQuestions {
  file: ReadableFile
  name: string
  author: string
  limits: QuestionLimits
  seed: string
}

async function askFile(
  service: ServiceClient,
  tally: Tally,
  { file: { language, format, text }, name, author, limits, seed }: FileQuestions,
): Promise<void> {
  const { words, phrases, noPhrases, identifiers, noIdentifiers } = questionsOfText(text, language, {
    limits,
    seed,
  })
  const count = (kind: Kind, expected: boolean, asked: readonly string[], wrong: readonly string[]): void =>
    tally.count({ language, format, kind, expected, count: asked.length, wrong, name: `${format} ${name}` })
  const finds = (q: string): Promise<boolean> => service.finds(author, q)
  const askFor = async (kind: Kind, queries: string[]): Promise<string[]> => {
    const missed = await missing(finds, queries)
    count(kind, true, queries, missed)
    return queries.filter((q) => !missed.includes(q))
  }
  const askForNone = async (kind: Kind, queries: string[], together = MAX_TERMS): Promise<string[]> => {
    const hits = await finding(finds, queries, together)
    count(kind, false, queries, hits)
    return queries.filter((q) => !hits.includes(q))
  }
  const excluded = (queries: readonly string[]): string[] => queries.slice(0, EXCLUSIONS).map((q) => `-${q}`)

  await askFor('word', words.map(quoted))
  await askFor('identifier', identifiers.map(quoted))
  const found = await askFor('phrase', phrases.map(quoted))
  const absent = await askForNone('phrase', noPhrases.map(quoted))
  await askForNone('identifier', noIdentifiers.map(quoted))
  // Alone: alternatives of others are in no other form.
  await askForNone('identifier', noIdentifiers, 1)
  await askForNone('exclusion', excluded(found))
  await askFor('exclusion', excluded(absent))
}

const quoted = (text: string): string => `"${text}"`
