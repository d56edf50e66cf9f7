import { useState } from 'preact/hooks'
import { api, dataOf, readRows } from '../../api/client.ts'
import { ErrorNotice, Skeleton } from '../../parts/notices.tsx'
import { Time } from '../../parts/time.tsx'
import { notify } from '../../parts/toasts.tsx'
import { useLoader } from '../../parts/use-loader.ts'
import { t } from '../../text/catalogue.ts'
import { browserName } from './browser-name.ts'
import { explainProblem } from '../../text/explain-problem.ts'
import { MoreButton, SETTINGS_STEP, SettingsBox } from './settings-box.tsx'

/** The browsers in which the reader is logged in. */
export function SessionsSection() {
  const [count, setCount] = useState(SETTINGS_STEP)
  const { data, error, isSlow, reload } = useLoader(
    (signal) => readRows(count, (query) => api.GET('/sessions', { params: { query }, signal })),
    [count],
  )
  const end = async (id: string): Promise<void> => {
    await dataOf(api.DELETE('/sessions/{id}', { params: { path: { id } } })).then(
      () => notify(t('sessions.ended')),
      (reason: unknown) => notify(explainProblem(reason)),
    )
    reload()
  }
  return (
    <SettingsBox title={t('sessions.title')}>
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {!data && isSlow && <Skeleton rows={3} />}
      {data?.rows.length === 0 && <p class="pad dim">{t('sessions.none')}</p>}
      <ul class="settings-list">
        {data?.rows.map(({ id, agent, created_at, seen_at, current }) => {
          const name = browserName(agent)
          return (
            <li key={id}>
              <div>
                <strong>{name}</strong>
                <p class="dim small">
                  {t('sessions.since')} <Time at={created_at} /> · {t('sessions.seen')} <Time at={seen_at} />
                </p>
              </div>
              {current ? (
                <span class="state good">{t('sessions.current')}</span>
              ) : (
                <button type="button" aria-label={t('sessions.endOf', { name })} onClick={() => void end(id)}>
                  {t('sessions.end')}
                </button>
              )}
            </li>
          )
        })}
      </ul>
      {data?.hasMore && <MoreButton onClick={() => setCount(count + SETTINGS_STEP)} />}
    </SettingsBox>
  )
}
