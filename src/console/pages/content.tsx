import { useEffect, useState } from 'preact/hooks'
import { type Document } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import { ErrorNotice, Skeleton } from '../parts/notices.tsx'
import { useLoader } from '../parts/use-loader.ts'
import { t } from '../text/catalogue.ts'

/** What is read of a text; a page of more would be slow to scroll. */
const TEXT_BYTES = 512 * 1024
/** Types that browsers draw without running anything; an SVG in an img runs no script. */
const IMAGES = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/svg+xml',
  'image/bmp',
]
const TEXTS = [
  'application/json',
  'application/xml',
  'application/x-ndjson',
  'application/yaml',
  'message/rfc822',
]

interface ContentProps {
  document: Document
  /** where the search found something, from 1 */
  page: number | undefined
}

export function Content({ document, page }: ContentProps) {
  return (
    <section class="box content">
      <div class="box-head">
        <h2>{t('content.title')}</h2>
        {page !== undefined && <p class="dim">{t('content.page', { page })}</p>}
      </div>
      <ContentBody document={document} page={page} />
    </section>
  )
}

function ContentBody({ document: { id, title, content_type, content_sha256, s3_key }, page }: ContentProps) {
  const url = `/documents/${id}/content`
  const type = content_type.split(';', 1)[0]!.trim().toLowerCase()
  const tag = content_sha256 ?? ''
  if (s3_key === null) return <p class="pad">{t('content.empty')}</p>
  if (IMAGES.includes(type)) return <img class="picture" src={url} alt={title} />
  if (type === 'application/pdf') return <Pdf url={url} tag={tag} title={title} page={page} />
  if (type.startsWith('text/') || TEXTS.includes(type)) return <Text url={url} tag={tag} title={title} />
  return <p class="pad">{t('content.unsupported')}</p>
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
}

function Text({ url, tag, title }: LoadedProps) {
  const { data, error, isSlow, reload } = useLoader(
    async (signal) => {
      const response = await readBytes(url, signal, { range: `bytes=0-${TEXT_BYTES - 1}` })
      const total = Number(response.headers.get('content-range')?.split('/')[1] ?? 0)
      return { text: decode(await response.arrayBuffer()), isCut: total > TEXT_BYTES }
    },
    [url, tag],
  )
  if (error !== undefined) return <ErrorNotice error={error} onRetry={reload} />
  if (!data) return isSlow ? <Skeleton rows={6} /> : null
  return (
    <>
      <pre class="text" tabIndex={0} role="region" aria-label={title}>
        {data.text}
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

/**
 * The browser's own viewer, which runs apart from this page. It gets the bytes with a type that this page sets, since the
 * service sends every content as an attachment.
 */
function Pdf({ url, tag, title, page }: LoadedProps & { page: number | undefined }) {
  const { data, error, isSlow, reload } = useLoader(
    async (signal) =>
      new Blob([await (await readBytes(url, signal)).arrayBuffer()], { type: 'application/pdf' }),
    [url, tag],
  )
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    if (!data) return
    const made = URL.createObjectURL(data)
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [data])
  if (error !== undefined) return <ErrorNotice error={error} onRetry={reload} />
  if (!address) return isSlow ? <Skeleton rows={6} /> : null
  return <iframe class="pdf" src={`${address}#navpanes=0&page=${page ?? 1}`} title={title} />
}
