import { useState } from 'preact/hooks'
import { api, type Document, type HistoryEntry, readRows } from '../api/client.ts'
import { ErrorNotice } from '../parts/notices.tsx'
import { Time } from '../parts/time.tsx'
import { useLoader } from '../parts/use-loader.ts'
import { t } from '../text/catalogue.ts'
import { sourceOf, textsOf } from './history-text.ts'

const STEP = 20
/** So many more with each click. */
const FURTHER = 200

/** Who did what with a document, when and from where, the newest first. It is read again with the document. */
export function History({ document }: { document: Document }) {
  const [count, setCount] = useState(STEP)
  const { data, error, reload } = useLoader(
    (signal) =>
      readRows(count, (query) =>
        api.GET('/documents/{id}/history', { params: { path: { id: document.id }, query }, signal }),
      ),
    [document, count],
  )
  return (
    <section class="box">
      <div class="box-head">
        <h2>{t('history.title')}</h2>
      </div>
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      <ol class="history">
        {data?.rows.map((entry) => (
          <Entry key={entry.number} entry={entry} />
        ))}
      </ol>
      {data?.hasMore && (
        <div class="actions pad">
          <button type="button" onClick={() => setCount(count + FURTHER)}>
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
