import { decodeCodepage } from '../encodings/codepage.ts'
import type { RawText, ReadingLimits } from '../extraction.ts'
import { createImageList } from './image-list.ts'
import { addRtfImages } from './rtf-images.ts'
import { createTextSink, type TextSink } from '../text-sink.ts'
import { type RtfHandlers, tokenizeRtf } from './tokenize-rtf.ts'

/** Code pages by `\fcharset`. */
const CHARSETS: Record<number, number> = {
  0: 1252,
  77: 10000,
  128: 932,
  129: 949,
  130: 1361,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
  254: 437,
  255: 850,
}
/** Fonts of symbols, whose bytes are no letters. */
const SYMBOL_CHARSET = 2

/** Groups without text of the document; and any that begins with `\*`, unless it is one of READ. */
const SKIPPED = new Set(
  (
    'colortbl stylesheet info pict objdata themedata colorschememapping datastore listtable listoverridetable rsidtbl ' +
    'revtbl generator latentstyles nonshppict fldinst datafield bkmkstart bkmkend xe tc sp atnid atnauthor atndate atnref ' +
    'filetbl pgptbl template private ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn falt panose'
  ).split(' '),
)
const READ = new Set(['shpinst', 'annotation', 'shptxt', 'footnote', 'shppict'])

/** Control words that stand for a character. */
const CHARACTERS: Record<string, string> = {
  par: '\n',
  line: '\n',
  sect: '\n',
  page: '\n',
  column: '\n',
  row: '\n',
  nestrow: '\n',
  tab: '\t',
  cell: '\t',
  nestcell: '\t',
  emdash: '—',
  endash: '–',
  emspace: ' ',
  enspace: ' ',
  qmspace: ' ',
  bullet: '•',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
}
const SYMBOLS: Record<string, string> = { '~': '\u00a0', _: '-', '\n': '\n', '\r': '\n', '\t': '\t' }
/** Symbols that stand for themselves. */
const ESCAPED = new Set(['\\', '{', '}'])

/** Deeper groups share the state of this one. */
const MAX_DEPTH = 10_000

interface Group {
  /** where its text goes */
  into: 'text' | 'title' | 'fonts' | 'nowhere'
  font: number | undefined
  /** characters after `\u` for readers without Unicode */
  fallbackLength: number
  isDeleted: boolean
}

/** The text of an RTF file, with headers, footers, notes, comments and text boxes where they are in the file. */
export function rtfText(
  bytes: Uint8Array,
  { maxOutputChars }: Pick<ReadingLimits, 'maxOutputChars'>,
): RawText {
  const reader = new RtfReader(maxOutputChars * 2)
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  tokenizeRtf(source, reader)
  const images = createImageList('rtf')
  addRtfImages(images, source)
  return { ...reader.result(), ...images.result() }
}

class RtfReader implements RtfHandlers {
  readonly #sink: TextSink
  readonly #fonts = createFonts()
  readonly #outer: Group[] = []
  #group: Group = { into: 'text', font: undefined, fallbackLength: 1, isDeleted: false }
  #depthBeyond = 0
  #isStarred = false
  /** The outermost group has ended. */
  #isOver = false
  /** characters left of the fallback for the last `\u` */
  #fallbackLeft = 0
  /** Bytes of text, decoded together, because a character may need two. */
  #pending = ''
  #title = ''

  constructor(maxChars: number) {
    this.#sink = createTextSink(maxChars)
  }

  result(): RawText {
    this.#flush()
    const { full: cut } = this.#sink
    return { parts: [{ text: this.#sink.text() }], cut, ...(this.#title !== '' && { title: this.#title }) }
  }

  isDone(): boolean {
    return this.#isOver || this.#sink.full
  }

  onOpenGroup(): void {
    this.#endRun()
    if (this.#outer.length >= MAX_DEPTH) this.#depthBeyond++
    else {
      this.#outer.push(this.#group)
      this.#group = { ...this.#group }
    }
  }

  onCloseGroup(): void {
    this.#endRun()
    if (this.#depthBeyond > 0) this.#depthBeyond--
    else this.#group = this.#outer.pop() ?? this.#group
    this.#isOver = this.#outer.length === 0
  }

  onWord(word: string, parameter: number | undefined): void {
    const character = CHARACTERS[word]
    if (character !== undefined) return this.#pushCharacter(character)
    this.#flush()
    if (word === 'u' && parameter !== undefined) {
      this.#write(String.fromCharCode(parameter & 0xffff))
      this.#fallbackLeft = this.#group.fallbackLength
      return
    }
    if (this.#fallbackLeft > 0) this.#fallbackLeft--
    this.#enter(word)
    this.#format(word, parameter)
  }

  onSymbol(symbol: string): void {
    if (symbol === '*') this.#isStarred = true
    else if (ESCAPED.has(symbol)) this.onByte(symbol)
    else this.#pushCharacter(SYMBOLS[symbol] ?? '')
  }

  onByte(byte: string): void {
    if (this.#fallbackLeft > 0) this.#fallbackLeft--
    else this.#pending += byte
  }

  onText(text: string): void {
    const skipped = Math.min(this.#fallbackLeft, text.length)
    this.#fallbackLeft -= skipped
    this.#pending += text.slice(skipped)
  }

  #enter(word: string): void {
    if (word === 'fonttbl') this.#group.into = 'fonts'
    else if (word === 'title') this.#group.into = 'title'
    else if (SKIPPED.has(word) || (this.#isStarred && !READ.has(word))) this.#group.into = 'nowhere'
    this.#isStarred = false
  }

  #format(word: string, parameter: number | undefined): void {
    const group = this.#group
    if (word === 'uc') group.fallbackLength = Math.min(100, Math.max(0, parameter ?? 1))
    else if (word === 'f' || word === 'deff') {
      group.font = parameter ?? 0
      this.#fonts.begin(group.font)
    } else if (word === 'deleted') group.isDeleted = parameter !== 0
    else if (word === 'plain') group.isDeleted = false
    else this.#fonts.define(word, parameter)
  }

  #pushCharacter(character: string): void {
    this.#flush()
    if (this.#fallbackLeft > 0) this.#fallbackLeft--
    else this.#write(character)
  }

  #endRun(): void {
    this.#flush()
    this.#fallbackLeft = 0
    this.#isStarred = false
  }

  #flush(): void {
    if (this.#pending === '') return
    if (this.#group.into !== 'fonts') this.#write(this.#fonts.decode(this.#pending, this.#group.font))
    this.#pending = ''
  }

  #write(text: string): void {
    const { into, isDeleted } = this.#group
    if (into === 'text' && !isDeleted) this.#sink.push(text)
    else if (into === 'title' && this.#title.length < 1_000) this.#title += text
  }
}

/** The fonts of a file, which say in which code page the bytes of a text are. */
function createFonts() {
  const charsets = new Map<number, number>()
  let codepage = 1252
  /** the font that the table defines at the moment */
  let defined = 0
  return {
    begin(font: number): void {
      defined = font
    },
    define(word: string, parameter: number | undefined): void {
      if (word === 'ansicpg') codepage = parameter ?? codepage
      else if (word === 'mac') codepage = 10000
      else if (word === 'fcharset' && charsets.size < 10_000) charsets.set(defined, parameter ?? 0)
    },
    decode(bytes: string, font: number | undefined): string {
      const charset = charsets.get(font ?? -1) ?? -1
      if (charset === SYMBOL_CHARSET) return bytes.replace(/[^ -~]/g, ' ')
      return decodeCodepage(Buffer.from(bytes, 'latin1'), CHARSETS[charset] ?? codepage)
    },
  }
}
