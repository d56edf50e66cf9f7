/**
 * Texts that people read and rely on: titles, names of signers, file names. What cannot be seen must not make one, and
 * what changes the direction of text must not be in one: with U+202E, `invoice\u202Efdp.exe` reads as `invoiceexe.pdf`.
 */

/** Unicode Standard Annex #9: embeddings, overrides, isolates and marks. */
const BIDI_CONTROLS = /\p{Bidi_Control}/gu
/**
 * White space, controls, unassigned and private characters, and those that are ignorable by default, such as U+200B,
 * U+3164 and U+FEFF; also two symbols that are blank: U+2800 (Braille) and U+1D159 (music).
 */
const INVISIBLE = /^[\s\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]*$/u

export const withoutBidiControls = (text: string): string => text.replace(BIDI_CONTROLS, '')

/** Whether the text has a character that can be seen. */
export const isVisible = (text: string): boolean => !INVISIBLE.test(text)
