import { useState } from 'preact/hooks'
import { api, type ApiKey, dataOf, readRows } from '../../api/client.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { DialogActions, useAction } from '../../parts/dialog-form.tsx'
import { ErrorNotice, Skeleton } from '../../parts/notices.tsx'
import { Time } from '../../parts/time.tsx'
import { notify } from '../../parts/toasts.tsx'
import { useLoader } from '../../parts/use-loader.ts'
import { t } from '../../text/catalogue.ts'
import { NewKeyDialog } from './new-key-dialog.tsx'
import { MoreButton, SETTINGS_STEP, SettingsBox } from './settings-box.tsx'

/** API keys: one's own, for administrators all. */
export function KeysSection() {
  const [count, setCount] = useState(SETTINGS_STEP)
  const { data, error, isSlow, reload } = useLoader(
    (signal) => readRows(count, (query) => api.GET('/keys', { params: { query }, signal })),
    [count],
  )
  const [isMaking, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<ApiKey>()
  const action = (
    <button type="button" class="primary" onClick={() => setMaking(true)}>
      {t('keys.new')}
    </button>
  )
  return (
    <SettingsBox title={t('keys.title')} action={action}>
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {!data && isSlow && <Skeleton rows={3} />}
      {data?.rows.length === 0 && <p class="pad dim">{t('keys.none')}</p>}
      <ul class="settings-list">
        {data?.rows.map((key) => (
          <KeyItem key={key.id} apiKey={key} onRevoke={() => setRevoking(key)} />
        ))}
      </ul>
      {data?.hasMore && <MoreButton onClick={() => setCount(count + SETTINGS_STEP)} />}
      {isMaking && <NewKeyDialog onMade={reload} onClose={() => setMaking(false)} />}
      {revoking && <RevokeDialog apiKey={revoking} onDone={reload} onClose={() => setRevoking(undefined)} />}
    </SettingsBox>
  )
}

function KeyItem({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const { id, name, email, scopes, expires_at, last_used_at, revoked_at } = apiKey
  const isOver = expires_at !== null && Date.parse(expires_at) < Date.now()
  return (
    <li>
      <div>
        <strong>{name}</strong> <code class="dim small">dk_{id}</code>
        <p class="small">{scopes.join(', ')}</p>
        <p class="dim small">
          {email} · {last_used_at ? t('keys.used') : t('keys.unused')}{' '}
          {last_used_at && <Time at={last_used_at} />} · {expires_at ? t('keys.expires') : t('keys.noExpiry')}{' '}
          {expires_at && <Time at={expires_at} />}
        </p>
      </div>
      {revoked_at !== null || isOver ? (
        <span class="state bad">{t(revoked_at !== null ? 'keys.revoked' : 'keys.expired')}</span>
      ) : (
        <button type="button" class="danger" aria-label={t('keys.revokeOf', { name })} onClick={onRevoke}>
          {t('keys.revoke')}
        </button>
      )}
    </li>
  )
}

interface RevokeDialogProps {
  apiKey: ApiKey
  onDone: () => void
  onClose: () => void
}

function RevokeDialog({ apiKey: { id, name }, onDone, onClose }: RevokeDialogProps) {
  const { submit, isBusy, notice } = useAction(async () => {
    await dataOf(api.DELETE('/keys/{id}', { params: { path: { id } } }))
    onDone()
    notify(t('keys.isRevoked', { name }))
  }, onClose)
  return (
    <Dialog title={t('keys.revokeTitle', { name })} onClose={onClose}>
      <form onSubmit={submit}>
        {notice}
        <p>{t('keys.revokeText')}</p>
        <DialogActions label={t('keys.revoke')} isBusy={isBusy} onClose={onClose} danger />
      </form>
    </Dialog>
  )
}
