import { useState } from 'preact/hooks'
import { api, type ApiKey, dataOf } from '../../api/client.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { DialogActions, useAction } from '../../parts/dialog-form.tsx'
import { useStore } from '../../parts/store.ts'
import { TextField } from '../../parts/text-field.tsx'
import { session } from '../../session.ts'
import { t } from '../../text/catalogue.ts'
import { SecretText } from './secret-text.tsx'

type Scope = ApiKey['scopes'][number]
const SCOPES: readonly Scope[] = ['read', 'write']
const ADMIN_SCOPES: readonly Scope[] = [...SCOPES, 'create:for-others', 'sign:for-others', 'admin']
const LIFETIMES = [30, 90, 365, undefined] as const

/** Makes a key, then shows it, once. */
export function NewKeyDialog({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const [text, setText] = useState<string>()
  return (
    <Dialog title={t('keys.new')} onClose={onClose}>
      {text === undefined ? (
        <KeyForm
          onClose={onClose}
          onMade={(key) => {
            setText(key)
            onMade()
          }}
        />
      ) : (
        <SecretText text={text} label={t('keys.secret')} hint={t('keys.once')} onClose={onClose} />
      )}
    </Dialog>
  )
}

function KeyForm({ onMade, onClose }: { onMade: (key: string) => void; onClose: () => void }) {
  const { user } = useStore(session)
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly Scope[]>(['read'])
  const [days, setDays] = useState<number | undefined>(90)
  const { submit, isBusy, notice } = useAction(
    async () => {
      const body = { name, scopes: [...scopes], expires_in_days: days ?? null }
      onMade((await dataOf(api.POST('/keys', { body }))).key)
    },
    () => {},
  )
  const toggle = (scope: Scope): void =>
    setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope])
  return (
    <form onSubmit={submit}>
      {notice}
      <TextField label={t('keys.name')} value={name} onInput={setName} maxLength={100} />
      <fieldset class="choices">
        <legend>{t('keys.scopes')}</legend>
        {(user?.admin ? ADMIN_SCOPES : SCOPES).map((scope) => (
          <label key={scope} class="check">
            <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />
            {t(`scope.${scope}`)}
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>{t('keys.lifetime')}</span>
        <select
          value={String(days)}
          onChange={({ currentTarget: { value } }) => setDays(Number(value) || undefined)}
        >
          {LIFETIMES.map((one) => (
            <option key={String(one)} value={String(one)}>
              {one === undefined ? t('keys.forever') : t('keys.days', { days: one })}
            </option>
          ))}
        </select>
      </label>
      <DialogActions label={t('keys.make')} isBusy={isBusy || scopes.length === 0} onClose={onClose} />
    </form>
  )
}
