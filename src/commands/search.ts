import { type SearchHit } from '../ports/search/port.ts'
import { abortAfter } from '../runtime/within.ts'
import { EXIT } from './exit-codes.ts'
import { filtersOf } from './filters.ts'
import { type Io } from './io.ts'
import { type ServiceOptions, wholeNumber } from './options.ts'
import { localTime } from './local-time.ts'
import { printable } from './printable.ts'
import { withService } from './with-service.ts'

export interface SearchOptions extends ServiceOptions {
  from: string
  size: string
  json?: boolean
}

/** Milliseconds for the service to say what it remarks. */
const REMARK_MS = 2_000

/** Searches documents and prints them with highlights. */
export async function search(q: string, options: SearchOptions, io: Io): Promise<number> {
  const from = wholeNumber(options.from, '--from', 0, 10_000)
  const size = wholeNumber(options.size, '--size', 1, 100)
  return withService(options, io, 1, async ({ api, service }) => {
    const page = await api.search(q, { from, size }, filtersOf('search', options))
    const remark = await remarkOf(service.urls.search, io)
    if (remark !== undefined) io.note(remark)
    if (options.json) {
      io.json(page)
      return EXIT.done
    }
    page.documents.forEach((hit) => show(hit, io))
    const total = `${page.total_is_exact === false ? 'more than ' : ''}${page.total}`
    const range = page.documents.length === 0 ? '' : `, ${from + 1} to ${from + page.documents.length}`
    io.note(`${total} found${range}; ${Math.round(page.took_ms)} ms`)
    return EXIT.done
  })
}

/** What readiness remarks of the search index: that it lacks documents. Not every gateway lets it through. */
async function remarkOf(url: string, { signal }: Io): Promise<string | undefined> {
  try {
    const limit = AbortSignal.any([signal, abortAfter(REMARK_MS)])
    const answer = await fetch(`${url}/health/ready`, { signal: limit })
    const { remarks } = (await answer.json()) as { remarks?: Record<string, string> }
    return remarks?.['search index']
  } catch {
    return undefined
  }
}

function show(hit: SearchHit, io: Io): void {
  const { bold, dim, cyan } = io.colors
  const title = hit.highlights.title?.[0]
  io.out(
    `${title === undefined ? bold(printable(hit.title)) : highlighted(title, io, bold)}  ${cyan(hit.status)}`,
  )
  io.out(
    dim(`  ${hit.id}  ${hit.created_by}  ${hit.content_type}  ${localTime(hit.created_at).slice(0, 10)}`),
  )
  const page = hit.page === null ? '' : `page ${hit.page}: `
  for (const fragment of hit.highlights.content ?? [])
    io.out(`  ${dim(page)}${highlighted(fragment, io, (text) => text)}`)
}

/** Matches are colored, or between asterisks without colors. */
function highlighted(fragment: string, io: Io, style: (text: string) => string): string {
  const { yellow, isColorSupported } = io.colors
  return fragment
    .split(/(<em>.*?<\/em>)/s)
    .map((part) => {
      const found = /^<em>(.*)<\/em>$/s.exec(part)?.[1]
      if (found === undefined) return part === '' ? '' : style(printable(unescapeHtml(part)))
      const text = printable(unescapeHtml(found))
      return isColorSupported ? yellow(style(text)) : `*${text}*`
    })
    .join('')
}

const ENTITIES: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
}

const unescapeHtml = (text: string): string =>
  text.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity]!)
