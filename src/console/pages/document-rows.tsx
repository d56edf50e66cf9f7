import { useRef } from 'preact/hooks'
import { type Document, type SearchHit } from '../api/client.ts'
import { Highlight } from '../parts/highlight.tsx'
import { StatusBadge } from '../parts/status-badge.tsx'
import { Time } from '../parts/time.tsx'
import { useKeys } from '../parts/use-keys.ts'
import { size, t } from '../text/catalogue.ts'
import { explainUnread } from '../text/explain-text.ts'
import { typeName } from '../text/type-name.ts'

interface DocumentRowsProps {
  documents: readonly (Document | SearchHit)[]
  /** the search that found them */
  q: string
}

export function DocumentRows({ documents, q }: DocumentRowsProps) {
  const list = useRef<HTMLOListElement>(null)
  const move = (step: 1 | -1): void => {
    const links = [...list.current!.querySelectorAll<HTMLAnchorElement>('.row-title')]
    const index = links.indexOf(document.activeElement as HTMLAnchorElement)
    const next = index === -1 ? 0 : Math.min(Math.max(index + step, 0), links.length - 1)
    links[next]?.focus()
    links[next]?.scrollIntoView({ block: 'nearest' })
  }
  useKeys({ j: () => move(1), k: () => move(-1) })
  return (
    <ol class="rows" ref={list}>
      {documents.map((document) => (
        <Row key={document.id} document={document} q={q} />
      ))}
    </ol>
  )
}

function Row({ document, q }: { document: Document | SearchHit; q: string }) {
  const { id, title, status, content_type, content_size, created_by, created_at } = document
  const hit = 'highlights' in document ? document : undefined
  const [titleHtml] = hit?.highlights.title ?? []
  const fragments = hit?.highlights.content ?? []
  const unread = 'text' in document ? explainUnread(document.text) : undefined
  return (
    <li class="row">
      <StatusBadge status={status} />
      <div class="row-main">
        <a class="row-title" href={addressOf(id, q, hit?.page)}>
          {titleHtml === undefined ? title : <Highlight html={titleHtml} />}
        </a>
        {unread !== undefined && (
          <p class="row-note" title={unread}>
            {t('documents.unread')}
          </p>
        )}
        {fragments.length > 0 && (
          <p class="fragments">
            {typeof hit?.page === 'number' && (
              <span class="chip">{t('documents.page', { page: hit.page })}</span>
            )}
            {fragments.map((html, index) => (
              <span key={index}>
                … <Highlight html={html} />{' '}
              </span>
            ))}
            …
          </p>
        )}
      </div>
      <span class="row-type" title={content_type}>
        {typeName(content_type)} · {size(content_size)}
      </span>
      <span class="row-owner" title={created_by}>
        {created_by}
      </span>
      <span class="row-time">
        <Time at={created_at} />
      </span>
    </li>
  )
}

function addressOf(id: string, q: string, page: number | null | undefined): string {
  const query = new URLSearchParams({
    ...(q && { q }),
    ...(typeof page === 'number' && { page: String(page) }),
  })
  return query.size === 0 ? `/d/${id}` : `/d/${id}?${query}`
}
