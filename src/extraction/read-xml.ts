import { tokenizeMarkup } from './textual/tokenize-markup.ts'

/** Names of elements are local: without the prefix of a namespace. */
export interface XmlHandlers {
  /** @param attributes by their names as they stand in the source; valid during the call only */
  onOpen?(name: string, attributes: ReadonlyMap<string, string>): void
  /** Also for `<a/>`. */
  onClose?(name: string): void
  onText?(text: string): void
  /** Reading stops when it returns true. */
  isDone?(): boolean
}

/** Reads XML with its attributes, in time and memory linear in its length, well-formed or not. Expands no entities of a DTD. */
export function readXml(source: string, handlers: XmlHandlers): void {
  const { onOpen, onClose, onText = () => undefined, isDone = () => false } = handlers
  const attributes = new Map<string, string>()
  let opened = ''
  const open = (): void => onOpen?.(opened, attributes)
  tokenizeMarkup(source, true, {
    onText,
    onEntity: onText,
    onOpenTag(tag) {
      opened = localName(tag)
      attributes.clear()
    },
    ...(onOpen && { onAttribute: (name: string, value: string) => void attributes.set(name, value) }),
    onOpenTagEnd: open,
    onSelfClosingTag() {
      open()
      onClose?.(opened)
    },
    onCloseTag: (tag) => onClose?.(localName(tag)),
    isDone,
  })
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/** The text of the first element of this local name, up to 1,000 characters. */
export function xmlElementText(source: string, element: string): string | undefined {
  let isInside = false
  let text: string | undefined
  let isOver = false
  readXml(source, {
    onOpen(name) {
      if (name !== element) return
      isInside = true
      text ??= ''
    },
    onText(piece) {
      if (isInside) text += piece
    },
    onClose(name) {
      if (name === element) isOver = true
    },
    isDone: () => isOver || (text?.length ?? 0) > 1_000,
  })
  return text?.slice(0, 1_000)
}
