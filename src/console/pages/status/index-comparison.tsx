import { useState } from 'preact/hooks'
import { api, dataOf } from '../../api/client.ts'
import { useAction } from '../../parts/dialog-form.tsx'
import { Time } from '../../parts/time.tsx'
import { number, t } from '../../text/catalogue.ts'
import { SettingsBox } from '../settings/settings-box.tsx'

interface Totals {
  documents: number
  versions: number
}
interface Comparison extends Record<'database' | 'index', Totals> {
  at: string
}

/** A change is in the index much sooner, so that only a lasting difference is shown. */
const ATTEMPTS = 4
const PAUSE_MS = 1_500

const isSame = ({ database, index }: Comparison): boolean =>
  database.documents === index.documents && database.versions === index.versions

/** @throws Problem */
async function compare(): Promise<Comparison> {
  for (let n = 1; ; n++) {
    const [index, database] = await Promise.all([
      dataOf(api.GET('/search/totals')),
      dataOf(api.GET('/totals')),
    ])
    const found = { database, index, at: new Date().toISOString() }
    if (isSame(found) || n === ATTEMPTS) return found
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

/** Whether the search index has what the database has, for administrators. */
export function IndexComparison() {
  const [found, setFound] = useState<Comparison>()
  const { submit, isBusy, notice } = useAction(
    async () => setFound(await compare()),
    () => {},
  )
  const action = (
    <form onSubmit={submit}>
      <button type="submit" disabled={isBusy}>
        {t(isBusy ? 'compare.busy' : 'compare.start')}
      </button>
    </form>
  )
  return (
    <SettingsBox title={t('compare.title')} action={action}>
      {notice}
      <div role="status">
        {found && !isBusy && !notice ? <Found {...found} /> : <p class="pad dim">{t('compare.hint')}</p>}
      </div>
    </SettingsBox>
  )
}

function Found(found: Comparison) {
  return (
    <>
      <p class="pad">
        <span class={`state ${isSame(found) ? 'good' : 'fair'}`}>
          {t(isSame(found) ? 'compare.same' : 'compare.different')}
        </span>{' '}
        <span class="dim">
          {t('status.checked', { time: '' })}
          <Time at={found.at} />
        </span>
      </p>
      {!isSame(found) && <p class="pad">{t('compare.what')}</p>}
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{t('compare.documents')}</th>
            <th scope="col">{t('compare.versions')}</th>
          </tr>
        </thead>
        <tbody>
          {(['database', 'index'] as const).map((name) => (
            <tr key={name}>
              <th scope="row">{t(`compare.${name}`)}</th>
              <td>{number(found[name].documents)}</td>
              <td>{number(found[name].versions)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
