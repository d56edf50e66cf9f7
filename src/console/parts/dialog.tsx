import { type ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { t } from '../text/catalogue.ts'
import { showToastsIn, Toasts } from './toasts.tsx'

interface DialogProps {
  title: string
  onClose: () => void
  children: ComponentChildren
}

/** What can be used in a dialog, apart from the button in its head that closes it. */
const CONTROLS = ':not(.dialog-head) > :is(input:not([hidden], [readonly]), select, textarea, button, a)'

/** A modal dialog: the browser keeps the focus in it, and gives it back when it closes. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    const hideToasts = showToastsIn(id)
    // The browser would take the button that closes the dialog.
    const controls = dialog.current?.querySelectorAll<HTMLElement>(CONTROLS) ?? []
    const first = [...controls].find((control) => !control.matches(':disabled'))
    first?.focus({ preventScroll: true })
    return () => {
      hideToasts()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  // A dialog for files that is cancelled inside of this one says so with an event of the same name, which bubbles.
  const cancel = ({ target, currentTarget }: Event): void => {
    if (target === currentTarget) onClose()
  }
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose} onCancel={cancel}>
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="quiet" aria-label={t('frame.close')} onClick={onClose}>
          ×
        </button>
      </div>
      {children}
      <Toasts dialog={id} />
    </dialog>
  )
}
