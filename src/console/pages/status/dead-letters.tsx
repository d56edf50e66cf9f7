import { useState } from 'preact/hooks'
import { api, dataOf, type DeadLetter, readRows } from '../../api/client.ts'
import { Problem } from '../../api/problem.ts'
import { ErrorNotice, Skeleton } from '../../parts/notices.tsx'
import { Time } from '../../parts/time.tsx'
import { notify } from '../../parts/toasts.tsx'
import { useRepeated } from '../../parts/use-repeated.ts'
import { t } from '../../text/catalogue.ts'
import { MoreButton, SETTINGS_STEP, SettingsBox } from '../settings/settings-box.tsx'

/** In which what fails again mostly has done so. */
const AGAIN_MS = 2_000

/** What consumers could not process, for administrators. */
export function DeadLetters() {
  const [count, setCount] = useState(SETTINGS_STEP)
  const { data, error, isSlow, reload } = useRepeated(
    (signal) => readRows(count, (query) => api.GET('/dead-letters', { params: { query }, signal })),
    [count],
  )
  // Without a gateway, another process has them.
  if (error instanceof Problem && error.status === 404) return null
  return (
    <SettingsBox title={t('letters.title')}>
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {!data && isSlow && <Skeleton rows={3} />}
      {data?.rows.length === 0 && error === undefined && <p class="pad dim">{t('letters.none')}</p>}
      <ul class="settings-list">
        {data?.rows.map((letter) => (
          <LetterItem key={`${letter.id} ${letter.recorded_at}`} letter={letter} onRetried={reload} />
        ))}
      </ul>
      {data?.hasMore && <MoreButton onClick={() => setCount(count + SETTINGS_STEP)} />}
    </SettingsBox>
  )
}

function LetterItem({ letter, onRetried }: { letter: DeadLetter; onRetried: () => void }) {
  const { id, document, consumer, topic, position, partition, offset, recorded_at, error, can_retry } = letter
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const retry = (): void => {
    setBusy(true)
    setProblem(undefined)
    dataOf(api.POST('/dead-letters/retry', { body: { id } }))
      .then(({ status }) => {
        notify(t(status === 'announced' ? 'letters.retried' : 'letters.settled'))
        onRetried()
        setTimeout(onRetried, AGAIN_MS)
      }, setProblem)
      .finally(() => setBusy(false))
  }
  return (
    <li>
      <div>
        {document === null ? (
          <strong>{t('letters.unknown')}</strong>
        ) : (
          <a href={`/d/${document}`}>{t('letters.ofDocument', { id: document })}</a>
        )}
        <p>{error.split('\n', 1)[0]}</p>
        <p class="dim small">
          {consumer} · {t('letters.failed')} <Time at={recorded_at} /> ·{' '}
          {t('letters.place', { topic, place: position ?? `${partition}/${offset}` })}
        </p>
        {!can_retry && <p class="dim small">{t('letters.noRetry')}</p>}
        {problem !== undefined && <ErrorNotice error={problem} />}
      </div>
      {can_retry && (
        <button
          type="button"
          disabled={isBusy}
          aria-label={t('letters.retryOf', { id: document ?? id })}
          onClick={retry}
        >
          {t('letters.retry')}
        </button>
      )}
    </li>
  )
}
