import { useId } from 'preact/hooks'

interface TextFieldProps {
  label: string
  value: string
  onInput: (value: string) => void
  type?: 'text' | 'email'
  autocomplete?: 'email' | 'name' | 'off'
  /** what the field is for */
  hint?: string
  /** what is wrong with its value */
  error?: string | undefined
  readOnly?: boolean
  maxLength?: number
}

/** A field that has to be filled in. */
export function TextField({ label, value, onInput, hint, error, ...options }: TextFieldProps) {
  const id = useId()
  const { type = 'text', autocomplete = 'off', readOnly = false, maxLength = 255 } = options
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  const shared = {
    id,
    required: true,
    autocomplete,
    readOnly,
    maxLength,
    value,
    'aria-invalid': error !== undefined,
    ...(described && { 'aria-describedby': described }),
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement }): void => onInput(currentTarget.value),
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {type === 'email' ? <input type="email" {...shared} /> : <input type="text" {...shared} />}
      {hint && <small id={`${id}-hint`}>{hint}</small>}
      {error && (
        <small id={`${id}-error`} class="wrong" role="alert">
          {error}
        </small>
      )}
    </div>
  )
}
