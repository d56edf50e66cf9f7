import { useId, useState } from 'preact/hooks'
import { t } from '../../text/catalogue.ts'

interface SecretTextProps {
  text: string
  label: string
  hint: string
  onClose: () => void
}

/** A text that is shown once, with a way to copy it. */
export function SecretText({ text, label, hint, onClose }: SecretTextProps) {
  const id = useId()
  const [isCopied, setCopied] = useState(false)
  const copy = (): void => {
    // Only on pages of https and of this machine; the field can be selected everywhere.
    void navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => {},
    )
  }
  return (
    <>
      <div class="field">
        <label for={id}>{label}</label>
        <input
          id={id}
          class="secret"
          readOnly
          value={text}
          autofocus
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        <small role="status">{isCopied ? t('settings.copied') : hint}</small>
      </div>
      <div class="actions">
        <button type="button" onClick={copy}>
          {t('settings.copy')}
        </button>
        <button type="button" class="primary" onClick={onClose}>
          {t('frame.close')}
        </button>
      </div>
    </>
  )
}
