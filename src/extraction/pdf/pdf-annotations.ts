import type { PdfAttachment } from './pdf-attachments.ts'

/** What is used of the data of an annotation in PDF.js. */
export interface PdfAnnotation {
  id: string
  subtype: string
  hidden?: boolean
  annotationFlags?: number
  hasAppearance?: boolean
  /** the note, or the description of a picture */
  contentsObj?: { str: string }
  /** lines of the appearance */
  textContent?: string[]
  fieldType?: string | null
  fieldValue?: unknown
  password?: boolean
  pushButton?: boolean
  /** that the annotation pins to the page */
  file?: PdfAttachment
  /** of a list */
  options?: { exportValue: string; displayValue: string }[]
}

/** Bits of annotationFlags (ISO 32000-1, 12.5.3) */
const HIDDEN = 2

const isHidden = ({ hidden, annotationFlags = 0 }: PdfAnnotation): boolean =>
  hidden === true || (annotationFlags & HIDDEN) !== 0

const DRAWN = new Set(['Stamp', 'Watermark', 'Redact'])

/** Only its drawing has the text: a signature, the label of a button, a stamp. */
export function isDrawn(annotation: PdfAnnotation): boolean {
  const { subtype, fieldType, hasAppearance, textContent } = annotation
  if (isHidden(annotation) || hasAppearance !== true || textContent !== undefined) return false
  return fieldType === 'Sig' || annotation.pushButton === true || DRAWN.has(subtype)
}

/** The text of an annotation: of a note, or the value of a form field. Passwords and what is hidden have none. */
export function annotationText(annotation: PdfAnnotation): string {
  if (isHidden(annotation) || annotation.password === true) return ''
  const { subtype, contentsObj, textContent } = annotation
  // A popup repeats the note of its parent.
  if (subtype === 'Popup') return ''
  const note = contentsObj?.str ?? ''
  if (subtype === 'Widget') return [fieldText(annotation), note].filter(Boolean).join('\n')
  const drawn = textContent?.join('\n') ?? ''
  return words(drawn) === words(note) ? note : [note, drawn].filter(Boolean).join('\n')
}

const words = (text: string): string => text.replace(/\s+/g, ' ').trim()

function fieldText({ fieldType, fieldValue, options = [], ...field }: PdfAnnotation): string {
  // The value of a button is the name of a state: the words beside it are on the page.
  if (fieldType === 'Btn') return ''
  const values = Array.isArray(fieldValue) ? fieldValue : [fieldValue]
  const names = new Map(options.map(({ exportValue, displayValue }) => [exportValue, displayValue]))
  const shown = values.map((value) => {
    if (typeof value !== 'string') return ''
    return names.get(value) ?? value
  })
  const text = shown.filter(Boolean).join('\n')
  return text === '' ? (field.textContent?.join('\n') ?? '') : text
}
