import { t } from '../text/catalogue.ts'
import { createStore, useStore } from './store.ts'

interface Toast {
  text: string
  /** what would take it back */
  undo?: () => void
}

const SHOWN_MS = 8_000
/** Between looks at whether the reader has left it. */
const USED_MS = 1_000
const store = createStore<Toast | undefined>(undefined)
/** ids of the open dialogs, the topmost last */
const dialogs = createStore<readonly string[]>([])

/** A dialog has opened that shows the toasts while it is the topmost. @returns what says that it has closed */
export function showToastsIn(dialog: string): () => void {
  dialogs.set([...dialogs.get(), dialog])
  return () => dialogs.set(dialogs.get().filter((one) => one !== dialog))
}

/** Tells the reader that something was done: for a few seconds, and as long as the pointer or the focus is on it (WCAG 2.2.1). */
export function notify(text: string, undo?: () => void): void {
  const toast: Toast = { text, ...(undo && { undo }) }
  store.set(toast)
  setTimeout(() => hideUnused(toast), SHOWN_MS)
}

function hideUnused(toast: Toast): void {
  if (store.get() !== toast) return
  if (document.querySelector('.toast:is(:hover, :focus-within)')) setTimeout(() => hideUnused(toast), USED_MS)
  else store.set(undefined)
}

/** In the page, and in each dialog: while a modal dialog is open, nothing outside of it can be clicked or is read out. */
export function Toasts({ dialog }: { dialog?: string }) {
  const current = useStore(store)
  const toast = useStore(dialogs).at(-1) === dialog ? current : undefined
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
