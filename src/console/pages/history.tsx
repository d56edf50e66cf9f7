import { useState } from 'preact/hooks'
import { answerOf, api, type Document, type HistoryEntry, nextCursor } from '../api/client.ts'
import { ErrorNotice } from '../parts/notices.tsx'
import { Time } from '../parts/time.tsx'
import { useLoader } from '../parts/use-loader.ts'
import { t } from '../text/catalogue.ts'
import { sourceOf, textsOf } from './history-text.ts'

const STEP = 20
/** The most that one request answers. */
const LIMIT = 200

/** Who did what with a document, when and from where, the newest first. It is read again with the document. */
export function History({ document }: { document: Document }) {
  const [count, setCount] = useState(STEP)
  const { data, error, reload } = useLoader(
    (signal) => readHistory(document.id, count, signal),
    [document, count],
  )
  return (
    <section class="box">
      <div class="box-head">
        <h2>{t('history.title')}</h2>
      </div>
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      <ol class="history">
        {data?.entries.map((entry) => (
          <Entry key={entry.number} entry={entry} />
        ))}
      </ol>
      {data?.hasMore && (
        <div class="actions pad">
          <button type="button" onClick={() => setCount(count + LIMIT)}>
            {t('history.more')}
          </button>
        </div>
      )}
    </section>
  )
}

function Entry({ entry }: { entry: HistoryEntry }) {
  const source = sourceOf(entry)
  return (
    <li>
      <div>
        {textsOf(entry).map((text) => (
          <div key={text}>{text}</div>
        ))}
        {source !== '' && <div class="dim small">{source}</div>}
      </div>
      <span class="dim">
        <Time at={entry.at} />
      </span>
    </li>
  )
}

/** The last `count` entries. @throws Problem */
async function readHistory(id: string, count: number, signal: AbortSignal) {
  const entries: HistoryEntry[] = []
  let cursor: string | undefined
  do {
    const query = { limit: Math.min(count - entries.length, LIMIT), ...(cursor && { cursor }) }
    const { data, response } = await answerOf(
      api.GET('/documents/{id}/history', { params: { path: { id }, query }, signal }),
    )
    entries.push(...data)
    cursor = nextCursor(response)
  } while (cursor !== undefined && entries.length < count)
  return { entries, hasMore: cursor !== undefined }
}
