import isEmail from 'validator/lib/isEmail.js'

const MAX_CHARS = 320
/** Nothing of an address is invisible, a space, or changes the direction of text. */
const UNSEEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u
/** Quotation marks: a quoted local part (RFC 5321, 4.1.2) could hold nearly anything, and nobody has one. */
const OPTIONS = { allow_utf8_local_part: true, require_tld: true, blacklisted_chars: '"' }

/** The one rule for addresses: RFC 5321 without quotation marks, and letters of all scripts on both sides (RFC 6531). */
export const isEmailAddress = (text: string): boolean =>
  text.length <= MAX_CHARS && !UNSEEN.test(text) && isEmail.default(text, OPTIONS)
