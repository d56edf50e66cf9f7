import { useEffect, useRef } from 'preact/hooks'

/**
 * Keeps the focus near an item of a list that is being removed: it goes to the next item that can be removed, else to the one
 * before, else to the first field after the list. Without it the browser puts it nowhere.
 * @param list changes with what the list shows
 * @returns what is called when the focus is in the item
 */
export function useFocusAfter(list: unknown): () => void {
  const removed = useRef<{ button: Element; index: number; dialog: Element | null }>(undefined)
  useEffect(() => {
    const { button, index, dialog } = removed.current ?? {}
    if (!button || !dialog || button.isConnected) return
    removed.current = undefined
    // Who has gone on by themselves stays there.
    if (dialog.contains(document.activeElement) && document.activeElement !== dialog) return
    const buttons = buttonsOf(dialog)
    const next = buttons[Math.min(index!, buttons.length - 1)] ?? dialog.querySelector('form input')
    if (next instanceof HTMLElement) next.focus()
  }, [list])
  return () => {
    const button = document.activeElement
    if (!button?.matches('li button')) return
    const dialog = button.closest('dialog')
    removed.current = { button, dialog, index: dialog ? buttonsOf(dialog).indexOf(button) : 0 }
  }
}

const buttonsOf = (dialog: Element): Element[] => [...dialog.querySelectorAll('.grants li button')]
