import { useEffect, useRef, useState } from 'preact/hooks'
import { api, dataOf } from '../api/client.ts'
import { ErrorNotice, Skeleton } from '../parts/notices.tsx'
import { useLoader } from '../parts/use-loader.ts'
import { number, t } from '../text/catalogue.ts'
import type { ContentProps } from './content-props.ts'
import { bestPassage, joined, type MarkedText, passagesOf } from './marks.ts'
import { Passage } from './passage.tsx'
import { markedOf, TextPassages, useText } from './text-passages.tsx'
import { UnreadNote } from './unread-note.tsx'

/** The pages of a document as pictures, each with its text for who does not see it or wants to copy it. */
export function PagePictures({ document, q, page }: ContentProps) {
  const { id, content_sha256 } = document
  const { data, error, isSlow, reload } = useLoader(
    (signal) => dataOf(api.GET('/documents/{id}/pages', { params: { path: { id } }, signal })),
    [id, content_sha256],
  )
  const text = useText(document, q)
  if (error !== undefined)
    return (
      <>
        <ErrorNotice error={error} onRetry={reload} />
        <TextPassages document={document} q={q} page={page} />
      </>
    )
  if (!data) return isSlow ? <Skeleton rows={6} /> : null
  if (data.total === 0) return <TextPassages document={document} q={q} page={page} />
  const texts = new Map(text.data?.parts.map((part) => [part.page, markedOf(part)]))
  return (
    <div class="pages">
      <UnreadNote text={document.text} />
      {data.pages.map((size) => (
        <Picture
          key={size.page}
          {...size}
          id={id}
          total={data.total}
          text={texts.get(size.page)}
          isHit={size.page === page}
        />
      ))}
      {data.pages.length < data.total && (
        <p class="pad dim">{t('content.morePages', { count: number(data.pages.length) })}</p>
      )}
    </div>
  )
}

interface PictureProps {
  id: string
  page: number
  total: number
  /** in pixels, so that its place is known before it is there */
  width: number
  height: number
  text: MarkedText | undefined
  /** the search found something here */
  isHit: boolean
}

function Picture({ id, page, total, width, height, text, isHit }: PictureProps) {
  const own = useRef<HTMLElement>(null)
  const [isLost, setLost] = useState(false)
  const name = t('content.pageOf', { page, total })
  useEffect(() => {
    if (isHit) own.current?.scrollIntoView()
  }, [isHit, text === undefined])
  return (
    <figure ref={own} class="page-picture">
      <figcaption>
        <p class="dim small">{name}</p>
        {isHit && text !== undefined && <FoundPassage text={text} />}
      </figcaption>
      {isLost ? (
        <p class="pad">{t('content.pageLost', { page })}</p>
      ) : (
        <img
          src={`/documents/${id}/pages/${page}`}
          alt={name}
          width={width}
          height={height}
          loading="lazy"
          decoding="async"
          onError={() => setLost(true)}
        />
      )}
      {text !== undefined && (
        <details>
          <summary>{t('content.pageText', { page })}</summary>
          {passagesOf(text).map((passage, index) => (
            <Passage key={index} of={passage} />
          ))}
        </details>
      )}
    </figure>
  )
}

/** What the search found, with the lines around it, since a phrase can be in two lines. */
function FoundPassage({ text }: { text: MarkedText }) {
  const lines = passagesOf(text)
  const windows = lines.map((_, index) => joined(lines.slice(Math.max(index - 1, 0), index + 2)))
  const best = bestPassage(windows)
  return best === undefined ? null : <Passage of={windows[best]!} isHit />
}
