import { Fragment } from 'preact'
import { api, dataOf, type Document } from '../api/client.ts'
import { ErrorNotice, Skeleton } from '../parts/notices.tsx'
import { useLoader } from '../parts/use-loader.ts'
import { t } from '../text/catalogue.ts'
import type { ContentProps } from './content-props.ts'
import { Passage, passagesOf } from './passage.tsx'
import { bestPassage, wordsOf } from './query-words.ts'

/** What was read of a document, and read again when it changes. */
export function useText({ id, text: { state, reason }, content_sha256 }: Document) {
  return useLoader(
    (signal) => dataOf(api.GET('/documents/{id}/text', { params: { path: { id } }, signal })),
    [id, state, reason, content_sha256],
  )
}

/** The text of a format without pictures, such as Word and mail, by its paragraphs. */
export function TextPassages({ document, q, page }: ContentProps) {
  const { data, error, isSlow, reload } = useText(document)
  if (error !== undefined) return <ErrorNotice error={error} onRetry={reload} />
  if (!data) return isSlow ? <Skeleton rows={6} /> : null
  if (data.parts.length === 0) return <p class="pad">{t(`content.text.${data.state}`)}</p>
  const isWanted = wordsOf(q ?? '')
  const passages = data.parts.flatMap((part) =>
    passagesOf(part.text).map((text, index) => ({ text, page: part.page, isFirst: index === 0 })),
  )
  const ofPage = (one: { page?: number | undefined }): boolean => page === undefined || one.page === page
  const hit = bestPassage(
    passages.map((one) => (ofPage(one) ? one.text : '')),
    isWanted,
  )
  return (
    <div class="passages">
      {passages.map((one, index) => (
        <Fragment key={index}>
          {one.isFirst && one.page !== undefined && <h3>{t('documents.page', { page: one.page })}</h3>}
          <Passage text={one.text} isWanted={isWanted} isHit={index === hit} isShown={index === hit} />
        </Fragment>
      ))}
      {data.state === 'pending' && <p class="dim">{t('content.partly')}</p>}
      {data.cut && <p class="dim">{t('content.cut')}</p>}
    </div>
  )
}
