import type { Document } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import { ErrorNotice, Skeleton } from '../parts/notices.tsx'
import { useLoader } from '../parts/use-loader.ts'
import { t } from '../text/catalogue.ts'
import type { ContentProps } from './content-props.ts'
import { PagePictures } from './page-pictures.tsx'
import { markWords } from './marks.ts'
import { Marked } from './passage.tsx'
import { TextPassages, useFound } from './text-passages.tsx'
import { UnreadNote } from './unread-note.tsx'

/** What is read of a text; a page of more would be slow to scroll. */
const TEXT_BYTES = 512 * 1024
/** Types that browsers draw without running anything; an SVG in an img runs no script. */
const IMAGES = ['image/gif', 'image/webp', 'image/avif', 'image/svg+xml', 'image/bmp']
const TEXTS = ['application/json', 'application/xml', 'application/x-ndjson', 'application/yaml']
/** What the service draws the pages of. */
const WITH_PAGES = ['application/pdf', 'image/png', 'image/jpeg', 'image/tiff']

export function Content(props: ContentProps) {
  const { page } = props
  return (
    <section class="box content">
      <div class="box-head">
        <h2>{t('content.title')}</h2>
        {page !== undefined && <p class="dim">{t('content.page', { page })}</p>}
      </div>
      <ContentBody {...props} />
    </section>
  )
}

function ContentBody(props: ContentProps) {
  const { id, title, content_type, content_sha256, s3_key } = props.document
  const url = `/documents/${id}/content`
  const type = content_type.split(';', 1)[0]!.trim().toLowerCase()
  if (s3_key === null) return <p class="pad">{t('content.empty')}</p>
  if (WITH_PAGES.includes(type)) return <PagePictures {...props} />
  if (IMAGES.includes(type))
    return (
      <>
        <UnreadNote text={props.document.text} />
        <img class="picture" src={url} alt={title} />
      </>
    )
  if ((type.startsWith('text/') && type !== 'text/html') || TEXTS.includes(type))
    return <Text url={url} tag={content_sha256 ?? ''} title={title} document={props.document} q={props.q} />
  return <TextPassages {...props} />
}

async function readBytes(
  url: string,
  signal: AbortSignal,
  headers: Record<string, string> = {},
): Promise<Response> {
  const response = await fetch(url, { signal, headers }).catch((error: Error) => {
    throw error.name === 'AbortError' ? error : new Problem('unreachable', 0)
  })
  if (!response.ok) throw Problem.of(await response.json().catch(() => undefined), response.status)
  return response
}

interface LoadedProps {
  url: string
  /** changes with the bytes */
  tag: string
  title: string
  document: Document
  q: string | undefined
}

function Text({ url, tag, title, document, q }: LoadedProps) {
  const { data, error, isSlow, reload } = useLoader(
    async (signal) => {
      const response = await readBytes(url, signal, { range: `bytes=0-${TEXT_BYTES - 1}` })
      const total = Number(response.headers.get('content-range')?.split('/')[1] ?? 0)
      return { text: decode(await response.arrayBuffer()), isCut: total > TEXT_BYTES }
    },
    [url, tag],
  )
  const read = useFound(document, q)
  if (error !== undefined) return <ErrorNotice error={error} onRetry={reload} />
  if (!data) return isSlow ? <Skeleton rows={6} /> : null
  return (
    <>
      <pre class="text" tabIndex={0} role="region" aria-label={title}>
        <Marked of={markWords(data.text, read)} />
      </pre>
      {data.isCut && <p class="pad dim">{t('content.cut')}</p>}
    </>
  )
}

/** UTF-8, or what old files of the West are in. The end may be within a character. */
function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
