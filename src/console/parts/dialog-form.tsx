import { useState } from 'preact/hooks'
import { t } from '../text/catalogue.ts'
import { ErrorNotice } from './notices.tsx'

/** Runs an action of a form, which stays as it is with the reason when that fails. */
export function useAction(run: () => Promise<void>, onDone: () => void) {
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const submit = (event: Event): void => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    run()
      .then(onDone, setError)
      .finally(() => setBusy(false))
  }
  return { submit, isBusy, error, notice: error === undefined ? null : <ErrorNotice error={error} /> }
}

interface DialogActionsProps {
  label: string
  isBusy: boolean
  danger?: boolean
  onClose: () => void
}

export function DialogActions({ label, isBusy, danger, onClose }: DialogActionsProps) {
  return (
    <div class="actions">
      <button type="button" onClick={onClose}>
        {t('frame.cancel')}
      </button>
      <button type="submit" class={danger ? 'danger full' : 'primary'} disabled={isBusy}>
        {label}
      </button>
    </div>
  )
}
