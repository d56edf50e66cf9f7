import { type ComponentChildren, Fragment } from 'preact'
import { useLocation, useRoute } from 'preact-iso/router'
import { useRef, useState } from 'preact/hooks'
import { api, dataOf, type Document, type Permissions, type Signature } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import { ErrorNotice, Skeleton } from '../parts/notices.tsx'
import { PageTitle } from '../parts/page-head.tsx'
import { StatusBadge } from '../parts/status-badge.tsx'
import { Time } from '../parts/time.tsx'
import { type ChangeMessage, useChanges } from '../parts/use-changes.ts'
import { useKeys } from '../parts/use-keys.ts'
import { useLoader } from '../parts/use-loader.ts'
import { languageName, plural, size, t } from '../text/catalogue.ts'
import { typeName } from '../text/type-name.ts'
import { Content } from './content.tsx'
import { DocumentActions } from './document-actions.tsx'
import { isId, isSignable } from './document-rules.ts'
import { History } from './history.tsx'
import { NotFoundPage } from './not-found-page.tsx'
import { Signatures } from './signatures.tsx'

/** Signatures with their images; each may have a megabyte. */
const SIGNATURES_SHOWN = 20

interface Whole {
  document: Document
  signatures: Signature[]
  permissions: Permissions
  views: { total_views: number; unique_views: number }
}

/** @param isAgain It is shown already: that is no other view of it. @throws Problem */
async function readDocument(id: string, isAgain: boolean, signal: AbortSignal): Promise<Whole> {
  const path = { id }
  const query = isAgain ? { view: 'false' as const } : {}
  const include = { include: 'signature_data' as const, limit: SIGNATURES_SHOWN }
  const [document, signatures, permissions, views] = await Promise.all([
    dataOf(api.GET('/documents/{id}', { params: { path, query }, signal })),
    dataOf(api.GET('/documents/{id}/signatures', { params: { path, query: include }, signal })),
    dataOf(api.GET('/documents/{id}/permissions', { params: { path }, signal })),
    dataOf(api.GET('/documents/{id}/stats', { params: { path }, signal })),
  ])
  return { document, signatures, permissions, views }
}

export function DocumentPage() {
  const { params, query } = useRoute()
  const id = params['id']!
  if (!isId(id)) return <NotFoundPage />
  return <DocumentOf key={id} id={id} q={query['q']} page={Number(query['page']) || undefined} />
}

/** `q` is the search that found the document, and `page` where. */
function DocumentOf({ id, q, page }: { id: string; q: string | undefined; page: number | undefined }) {
  const isRead = useRef(false)
  const { data, error, isSlow, reload } = useLoader(
    async (signal) => {
      const whole = await readDocument(id, isRead.current, signal)
      isRead.current = true
      return whole
    },
    [id],
  )
  const [isDeleted, setDeleted] = useState(false)
  const isGone = isDeleted || (error instanceof Problem && error.status === 404)
  // A stream begins with the past, which is compared with what was read.
  useChanges(isGone || !data ? undefined : `/documents/${id}/events?last=start`, {
    onChange: reload,
    isNews: (message) => !data || isNews(message, data),
    onMessage: ({ type }) => {
      if (type === 'document.deleted') setDeleted(true)
    },
  })
  if (isGone) return <NotFoundPage text={t(data ? 'document.lost' : 'document.gone')} />
  return (
    <div class="page">
      <p class="back">
        <a href={q ? `/?${new URLSearchParams({ q })}` : '/'}>← {t('document.back')}</a>
      </p>
      {!data && error !== undefined && <PageTitle title={t('frame.notLoaded')} />}
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {!data && isSlow && <Skeleton rows={8} />}
      {data && <WholeDocument {...data} onChange={reload} q={q} page={page} />}
    </div>
  )
}

/** The past, which a stream begins with, is shown already; of a deleted document there is nothing to read. */
function isNews(
  { type, data: { version, signature_id } }: ChangeMessage,
  { document, signatures }: Whole,
): boolean {
  if (type === 'document.deleted') return false
  if (typeof version === 'number') return version > document.version
  return !signatures.some(({ id }) => id === signature_id)
}

interface WholeDocumentProps extends Whole {
  q: string | undefined
  page: number | undefined
  onChange: () => void
}

function WholeDocument({ q, page, onChange, ...whole }: WholeDocumentProps) {
  const { document, signatures, permissions, views } = whole
  const { id, title, status, content_size, content_type, created_by, created_at } = document
  const { route } = useLocation()
  useKeys(isSignable(status) ? { s: () => route(`/d/${id}/sign`) } : {})
  return (
    <>
      <div class="title-line">
        <PageTitle title={title} />
        <StatusBadge status={status} />
      </div>
      <p class="dim">
        {typeName(content_type)} · {size(content_size)} · {created_by} · <Time at={created_at} />
      </p>
      <DocumentActions document={document} permissions={permissions} onChange={onChange} />
      <div class="columns right">
        <Content document={document} q={q} page={page} />
        <div class="side">
          <Signatures signatures={signatures} />
          <History document={document} />
          <Details document={document} views={views} role={permissions.role} />
        </div>
      </div>
    </>
  )
}

const viewsOf = ({ total_views, unique_views }: Whole['views']): string =>
  `${plural('document.viewsOf', total_views)}, ${plural('document.viewersOf', unique_views)}`

type DetailsProps = Pick<Whole, 'document' | 'views'> & Pick<Permissions, 'role'>

function Details({ document, views, role }: DetailsProps) {
  const { content_type, content_size, content_sha256, created_by, created_at, updated_at, version } = document
  const { file_name, text } = document
  const facts: [string, ComponentChildren][] = [
    [t('document.file'), file_name],
    [t('document.type'), <span title={content_type}>{typeName(content_type)}</span>],
    [t('document.language'), text.language && languageName(text.language)],
    [t('documents.size'), size(content_size)],
    [t('documents.owner'), created_by],
    [t('access.own'), role && t(`access.role.${role}`)],
    [t('documents.created'), <Time at={created_at} />],
    [t('document.changed'), <Time at={updated_at} />],
    [t('document.views'), viewsOf(views)],
    [t('document.version'), version],
    [t('document.hash'), <code class="hash">{content_sha256}</code>],
  ]
  return (
    <section class="box">
      <div class="box-head">
        <h2>{t('document.details')}</h2>
      </div>
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== null && value !== undefined)
          .map(([term, value]) => (
            <Fragment key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
      </dl>
    </section>
  )
}
