import { useEffect } from 'preact/hooks'
import { recall } from '../preferences.ts'

const TYPING = 'input:not([type=checkbox], [type=radio], [type=file]), textarea, select, [contenteditable]'

/** Single keys of a page, without modifiers. They rest while the reader types, while a dialog is open, and if switched off. */
export function useKeys(keys: Record<string, () => void>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const run = keys[event.key]
      if (!run || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
      const isTyping = event.target instanceof Element && event.target.closest(TYPING) !== null
      if (isTyping || recall('keys') === 'off' || document.querySelector('dialog[open]')) return
      event.preventDefault()
      run()
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  })
}
