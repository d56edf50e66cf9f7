import { type ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { t } from '../text/catalogue.ts'

interface DialogProps {
  title: string
  onClose: () => void
  children: ComponentChildren
}

/** A modal dialog: the browser keeps the focus in it, and gives it back when it closes. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    return () => {
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
    </dialog>
  )
}
