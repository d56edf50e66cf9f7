import { Fragment } from 'preact'
import { api, dataOf, type Document, type TextPart } from '../api/client.ts'
import { ErrorNotice, Skeleton } from '../parts/notices.tsx'
import { useLoader } from '../parts/use-loader.ts'
import { t } from '../text/catalogue.ts'
import type { ContentProps } from './content-props.ts'
import { bestPassage, type MarkedText, passagesOf } from './marks.ts'
import { Passage } from './passage.tsx'

/** @throws Problem */
const readText = (id: string, q: string | undefined, signal: AbortSignal) =>
  dataOf(api.GET('/documents/{id}/text', { params: { path: { id }, query: q ? { q } : {} }, signal }))

/** What was read of a document, with what this search finds in it; read again when the document changes. */
export function useText({ id, text: { state, reason }, content_sha256 }: Document, q: string | undefined) {
  return useLoader((signal) => readText(id, q, signal), [id, q, state, reason, content_sha256])
}

/** The same of a text that is shown already: only what the search finds in it is wanted. */
export function useFound({ id, text: { state } }: Document, q: string | undefined): MarkedText[] {
  const read = async (signal: AbortSignal): Promise<MarkedText[]> =>
    q ? (await readText(id, q, signal)).parts.map(markedOf) : []
  return useLoader(read, [id, q, state]).data ?? []
}

export const markedOf = ({ text, found = [] }: TextPart): MarkedText => ({ text, found })

/** The text of a format without pictures, such as Word and mail, by its paragraphs. */
export function TextPassages({ document, q, page }: ContentProps) {
  const { data, error, isSlow, reload } = useText(document, q)
  if (error !== undefined) return <ErrorNotice error={error} onRetry={reload} />
  if (!data) return isSlow ? <Skeleton rows={6} /> : null
  if (data.parts.length === 0) return <p class="pad">{t(`content.text.${data.state}`)}</p>
  const passages = data.parts.flatMap((part) =>
    passagesOf(markedOf(part)).map((of, index) => ({ of, page: part.page, isFirst: index === 0 })),
  )
  const hit = bestPassage(
    passages.map((one) => (page === undefined || one.page === page ? one.of : { text: '', found: [] })),
  )
  return (
    <div class="passages">
      {passages.map((one, index) => (
        <Fragment key={index}>
          {one.isFirst && one.page !== undefined && <h3>{t('documents.page', { page: one.page })}</h3>}
          <Passage of={one.of} isHit={index === hit} isShown={index === hit} />
        </Fragment>
      ))}
      {data.state === 'pending' && <p class="dim">{t('content.partly')}</p>}
      {data.cut && <p class="dim">{t('content.cut')}</p>}
    </div>
  )
}
