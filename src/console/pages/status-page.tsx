import { api, dataOf } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import { ErrorNotice, Skeleton } from '../parts/notices.tsx'
import { PageTitle } from '../parts/page-head.tsx'
import { Time } from '../parts/time.tsx'
import { useStore } from '../parts/store.ts'
import { REFRESH_MS, useRepeated } from '../parts/use-repeated.ts'
import { mayOperate, session } from '../session.ts'
import { isTextKey, number, t } from '../text/catalogue.ts'
import { DeadLetters } from './status/dead-letters.tsx'
import { IndexComparison } from './status/index-comparison.tsx'

interface Readiness {
  status: string
  checks: Record<string, string>
  remarks: Record<string, string>
  at: string
}

/** @throws Problem */
async function readReadiness(signal: AbortSignal): Promise<Readiness> {
  // 503 has a body like 200: it says what is not ready.
  const { data, error, response } = await api.GET('/health/ready', { signal }).catch(() => {
    throw new Problem('unreachable', 0)
  })
  const report = data ?? error
  if (report === undefined || !('status' in report) || typeof report.status !== 'string')
    throw Problem.of(error, response.status)
  const { status, checks = {}, remarks = {} } = report as Partial<Readiness> & { status: string }
  return { status, checks, remarks, at: new Date().toISOString() }
}

type Stats = Awaited<ReturnType<typeof readStats>>
const readStats = (signal: AbortSignal) => dataOf(api.GET('/stats', { signal }))

export function StatusPage() {
  const readiness = useRepeated(readReadiness)
  const isOperator = mayOperate(useStore(session))
  const { data, error } = readiness
  // A gateway may keep it for itself.
  const isHidden = error instanceof Problem && error.status === 404
  return (
    <div class="page narrow">
      <PageTitle title={t('status.title')} />
      {isHidden && <p class="notice">{t('status.hidden')}</p>}
      {error !== undefined && !isHidden && <ErrorNotice error={error} onRetry={readiness.reload} />}
      {!data && readiness.isSlow && <Skeleton rows={6} />}
      {data && <Checks {...data} isOld={error !== undefined || isOld(data)} />}
      {isOperator ? <OperatorSections /> : <p class="notice">{t('status.operators')}</p>}
      <p>
        <a href="/docs" target="_blank" rel="noreferrer">
          {t('status.interface')}
        </a>
      </p>
    </div>
  )
}

/** For administrators: others are refused. */
const OperatorSections = () => (
  <>
    <LiveChanges />
    <DeadLetters />
    <IndexComparison />
  </>
)

function LiveChanges() {
  const { data, error } = useRepeated(readStats)
  return data && error === undefined ? <Live {...data} /> : null
}

/** The last answer is too old to say how the service is now. */
const isOld = ({ at }: Readiness): boolean => Date.now() - Date.parse(at) > 3 * REFRESH_MS

/** The parts are shown only as they are now. */
function Checks({ status, checks, remarks, at, isOld }: Readiness & { isOld: boolean }) {
  if (isOld)
    return (
      <section class="box">
        <div class="box-head">
          <h2>{t('status.unknown')}</h2>
          <p class="dim">
            {t('status.lastChecked', { time: '' })}
            <Time at={at} />
          </p>
        </div>
      </section>
    )
  const summary = status === 'ready' ? 'ready' : status === 'stopping' ? 'stopping' : 'notReady'
  return (
    <section class="box">
      <div class="box-head">
        <h2 class={`state ${status === 'ready' ? 'good' : 'bad'}`}>{t(`status.${summary}`)}</h2>
        <p class="dim">
          {t('status.checked', { time: '' })}
          <Time at={at} />
        </p>
      </div>
      {Object.keys(checks).length > 0 && <CheckTable checks={checks} remarks={remarks} />}
    </section>
  )
}

/** A part as people call it. */
function partName(name: string): string {
  const key = `status.part.${name}`
  return isTextKey(key) ? t(key) : name
}

function CheckTable({ checks, remarks }: Pick<Readiness, 'checks' | 'remarks'>) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t('status.part')}</th>
          <th scope="col">{t('status.state')}</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(checks).map(([name, result]) => (
          <tr key={name}>
            <th scope="row">{partName(name)}</th>
            <td>
              <CheckState result={result} remark={remarks[name]} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function CheckState({ result, remark }: { result: string; remark: string | undefined }) {
  if (result !== 'ok')
    return (
      <>
        <span class="state bad">{t('status.failed')}</span>
        <p>{result}</p>
      </>
    )
  if (remark === undefined) return <span class="state good">{t('status.ok')}</span>
  return (
    <>
      <span class="state fair">{t('status.remark')}</span>
      <p>{remark}</p>
    </>
  )
}

function Live({ total_connections, documents_with_subscribers, kafka_consumer_running }: Stats) {
  return (
    <section class="box">
      <div class="box-head">
        <h2>{t('status.live')}</h2>
      </div>
      <dl class="facts">
        <dt>{t('status.streaming')}</dt>
        <dd>
          <span class={`state ${kafka_consumer_running ? 'good' : 'bad'}`}>
            {t(kafka_consumer_running ? 'status.yes' : 'status.no')}
          </span>
        </dd>
        <dt>{t('status.connections')}</dt>
        <dd>{number(total_connections)}</dd>
        <dt>{t('status.watched')}</dt>
        <dd>{number(documents_with_subscribers)}</dd>
      </dl>
    </section>
  )
}
