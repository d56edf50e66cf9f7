import { Tokenizer } from 'htmlparser2'

export interface MarkupHandlers {
  /** text as it stands in the source; also the text of a CDATA section */
  onText(text: string): void
  /** a character that stood there as an entity */
  onEntity(character: string): void
  /** @param name as it stands in the source */
  onOpenTag(name: string): void
  /** A closing tag; an element that closes itself (`<a/>`) has none. */
  onCloseTag(name: string): void
  /** An attribute of the tag that was opened last, its entities decoded; empty without a value. */
  onAttribute?(name: string, value: string): void
  /** All attributes of the tag have been read; not for `<a/>`. */
  onOpenTagEnd?(): void
  /** `<a/>`, after `onOpenTag` */
  onSelfClosingTag?(): void
  /** reading stops when it returns true */
  isDone(): boolean
}

const ignore = (): void => undefined

/**
 * Reads HTML or XML token by token. Unlike a parser it keeps no stack of open elements, so the depth of the source
 * costs nothing. Comments, declarations and processing instructions are skipped.
 */
export function tokenizeMarkup(source: string, isXml: boolean, handlers: MarkupHandlers): void {
  const { onText, onEntity, onOpenTag, onCloseTag, onSelfClosingTag = ignore, isDone } = handlers
  const { onAttribute, onOpenTagEnd = ignore } = handlers
  let attribute = ''
  let value = ''
  const stopWhenDone = (): void => {
    if (isDone()) tokenizer.pause()
  }
  const sliced =
    (handler: (piece: string) => void) =>
    (start: number, end: number, endOffset = 0): void => {
      handler(source.slice(start, end - endOffset))
      stopWhenDone()
    }
  const tokenizer = new Tokenizer(
    { xmlMode: isXml, decodeEntities: true },
    {
      ontext: sliced(onText),
      oncdata: sliced(onText),
      ontextentity(codepoint) {
        onEntity(String.fromCodePoint(codepoint))
        stopWhenDone()
      },
      onopentagname: sliced(onOpenTag),
      onclosetag: sliced(onCloseTag),
      onselfclosingtag: onSelfClosingTag,
      ...(onAttribute === undefined
        ? { onattribname: ignore, onattribdata: ignore, onattribentity: ignore, onattribend: ignore }
        : {
            onattribname(start, end) {
              attribute = source.slice(start, end)
              value = ''
            },
            onattribdata: (start, end) => void (value += source.slice(start, end)),
            onattribentity: (codepoint) => void (value += String.fromCodePoint(codepoint)),
            onattribend: () => onAttribute(attribute, value),
          }),
      oncomment: ignore,
      ondeclaration: ignore,
      onopentagend: onOpenTagEnd,
      onprocessinginstruction: ignore,
      onend: ignore,
    },
  )
  tokenizer.write(source)
  if (!isDone()) tokenizer.end()
}
