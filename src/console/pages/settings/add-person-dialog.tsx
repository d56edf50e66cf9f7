import { useState } from 'preact/hooks'
import { api, dataOf } from '../../api/client.ts'
import { Problem } from '../../api/problem.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { DialogActions, useAction } from '../../parts/dialog-form.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { notify } from '../../parts/toasts.tsx'
import { t } from '../../text/catalogue.ts'

export function AddPersonDialog({ onAdded, onClose }: { onAdded: () => void; onClose: () => void }) {
  const [email, setEmail] = useState('')
  const { submit, isBusy, error, notice } = useAction(async () => {
    await dataOf(api.POST('/people', { body: { email } }))
    onAdded()
    notify(t('people.added', { name: email }))
  }, onClose)
  const isOfAddress = error instanceof Problem && error.errors.some(({ field }) => field === 'email')
  return (
    <Dialog title={t('people.add')} onClose={onClose}>
      <form onSubmit={submit}>
        {!isOfAddress && notice}
        <TextField
          type="email"
          label={t('access.address')}
          value={email}
          onInput={setEmail}
          hint={t('people.addHint')}
          error={isOfAddress ? t('access.badAddress') : undefined}
        />
        <DialogActions label={t('people.add')} isBusy={isBusy} onClose={onClose} />
      </form>
    </Dialog>
  )
}
