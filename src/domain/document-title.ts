/** The title of a document whose client gives none: the one that its content gives itself, or the name of its file. */
import { isVisible, withoutBidiControls } from './display-text.ts'
import { DOCUMENT_FIELDS } from './document-fields.ts'

const { maxChars: MAX_CHARS } = DOCUMENT_FIELDS.title

/** The name of a file without its folders; undefined where nobody could see it. */
export function titleOfFile(fileName: string): string | undefined {
  const name = withoutBidiControls(fileName.split(/[/\\]/).at(-1)!).trim()
  return isVisible(name) ? [...name].slice(0, MAX_CHARS).join('') : undefined
}

/** What programs write where nobody has entered a title, in lower case and without a number at the end. */
const DEFAULTS = new Set([
  ...[
    'title',
    'titel',
    'titre',
    'título',
    'titolo',
    'no title',
    'document title',
    'заголовок',
    '标题',
    'タイトル',
  ],
  ...[
    'untitled',
    'untitled document',
    'unnamed',
    'unknown',
    'none',
    'null',
    'undefined',
    'n/a',
    'new',
    'draft',
  ],
  ...['unbenannt', 'unbenanntes dokument', 'ohne titel', 'sans titre', 'document sans titre', 'sans nom'],
  ...[
    'sin título',
    'sin titulo',
    'documento sin título',
    'senza titolo',
    'sem título',
    'naamloos',
    'bez tytułu',
  ],
  ...['bez názvu', 'без названия', 'без имени', 'namnlös', 'uden titel', 'uten tittel', 'nimetön', 'adsız'],
  ...['無題', '无标题', '無標題', '名称未設定', '제목 없음', 'بدون عنوان', 'ללא כותרת'],
  ...[
    'document',
    'dokument',
    'documento',
    'doc',
    'page',
    'index',
    'template',
    'blank',
    'print',
    'output',
    'test',
  ],
  ...['scan', 'scanned document', 'scanned image', 'image', 'layout', 'drawing', 'normal', 'fax'],
  ...[
    'book',
    'sheet',
    'mappe',
    'tabelle',
    'classeur',
    'libro',
    'cartel',
    'presentation',
    'präsentation',
    'slide',
  ],
  ...[
    'powerpoint presentation',
    'powerpoint-präsentation',
    'présentation powerpoint',
    'presentación de powerpoint',
  ],
  ...['presentazione di powerpoint', 'apresentação do powerpoint', 'презентация powerpoint', 'slide title'],
])
const EXTENSION =
  /\.(?:docx?|do[tc]m|dotx?|rtf|od[tspg]|ott|pages|wp[ds]|wpd|sxw|xls[xmb]?|csv|numbers|pp[ts]x?|pot|key|pdf|e?ps|dvi|(?:la)?tex|tx?t|md|html?|php|aspx?|jsp|xml|indd|qx[dp]|pmd?|p65|fm|mif|cdr|ai|psd|svg|vsdx?|dwg|dxf|pub|mpp|jpe?g|png|gif|bmp|tiff?|eml|msg|epub|tmp|bak|zip)$/i
const PATH = /^(?:[a-z]:[\\/]|\\\\|\/\S*\/|\.{0,2}\/|~\/|(?:file|https?|about|data):)/i
const PLACEHOLDER = /^(?:\[[^\]]*\]|<[^>]*>|\{.*\}|\$[^$]*\$|%[^%]*%|__\w+__)$/
/** What printer drivers write before the name of the file. */
const PRINTED_BY =
  /^(?:Microsoft (?:Office )?(?:Word|Excel|PowerPoint|Visio|Outlook|Publisher)|Print(?:ing)?) - /

/**
 * A title that a content gives itself, as a title of its document; undefined for what a program wrote there: a path, the name of
 * a file, a number, a placeholder, text in a wrong encoding.
 */
export function titleOfContent(given: string | undefined): string | undefined {
  const title = withoutBidiControls((given ?? '').replaceAll('\0', ' '))
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replace(PRINTED_BY, '')
    .trim()
  if (!/\p{L}/u.test(title) || title.includes('\uFFFD')) return undefined
  const isRubbish = [EXTENSION, PATH, PLACEHOLDER].some((pattern) => pattern.test(title))
  const isGenerated = /^[\da-f]{8}[\da-f-]{8,}$/i.test(title) || !isVisible(title)
  if (isRubbish || isGenerated || DEFAULTS.has(withoutNumber(title.toLowerCase()))) return undefined
  const characters = [...title]
  return characters.length <= MAX_CHARS ? title : `${characters.slice(0, MAX_CHARS - 1).join('')}…`
}

/** `untitled-1`, `Document (2)`, `Book1` */
const withoutNumber = (title: string): string => title.replace(/[\s_-]*\(?\d{0,5}\)?\.?$/, '')
