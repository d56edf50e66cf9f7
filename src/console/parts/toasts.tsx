import { t } from '../text/catalogue.ts'
import { createStore, useStore } from './store.ts'

interface Toast {
  text: string
  /** what would take it back */
  undo?: () => void
}

const SHOWN_MS = 8_000
const store = createStore<Toast | undefined>(undefined)

/** Tells the reader that something was done, for a few seconds. */
export function notify(text: string, undo?: () => void): void {
  const toast: Toast = { text, ...(undo && { undo }) }
  store.set(toast)
  setTimeout(() => {
    if (store.get() === toast) store.set(undefined)
  }, SHOWN_MS)
}

export function Toasts() {
  const toast = useStore(store)
  const undo = toast?.undo
  return (
    <div class="toasts" role="status">
      {toast && (
        <p class="toast">
          <span>{toast.text}</span>
          {undo && (
            <button
              type="button"
              onClick={() => {
                store.set(undefined)
                undo()
              }}
            >
              {t('frame.undo')}
            </button>
          )}
        </p>
      )}
    </div>
  )
}
