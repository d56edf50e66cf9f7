/** Tokens of RTF, in the order of the source. Texts are bytes, one per character. */
export interface RtfHandlers {
  onOpenGroup(): void
  onCloseGroup(): void
  /** `\word-1`; letters as in the source. */
  onWord(word: string, parameter: number | undefined): void
  /** `\~` and the like */
  onSymbol(symbol: string): void
  /** a byte that stood there as `\'e9` */
  onByte(byte: string): void
  onText(bytes: string): void
  /** reading stops when it returns true */
  isDone(): boolean
}

const TOKEN =
  /[^{}\\\r\n]+|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([\da-fA-F]{2})|\\([^a-zA-Z])|[{}]|[\r\n]+|\\/y

/**
 * Reads RTF (Rich Text Format Specification 1.9.1) in linear time, well-formed or not. Skips the binary data of `\bin`.
 * @param source one character per byte
 */
export function tokenizeRtf(source: string, handlers: RtfHandlers): void {
  TOKEN.lastIndex = 0
  for (let match; !handlers.isDone() && (match = TOKEN.exec(source)) !== null;) {
    const [token, word, digits, hex, symbol] = match
    if (word !== undefined) {
      const parameter = digits === undefined ? undefined : Number(digits)
      if (word === 'bin') TOKEN.lastIndex += Math.max(0, parameter ?? 0)
      else handlers.onWord(word, parameter)
    } else if (hex !== undefined) handlers.onByte(String.fromCharCode(parseInt(hex, 16)))
    else if (symbol !== undefined) handlers.onSymbol(symbol)
    else if (token === '{') handlers.onOpenGroup()
    else if (token === '}') handlers.onCloseGroup()
    else if (token !== '\\' && token[0] !== '\r' && token[0] !== '\n') handlers.onText(token)
  }
}
