import { domainToASCII, domainToUnicode } from 'node:url'
import isEmail from 'validator/lib/isEmail.js'

const MAX_CHARS = 320
/** Nothing of an address is invisible, a space, or changes the direction of text. */
const UNSEEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u
/** Quotation marks: a quoted local part (RFC 5321, 4.1.2) could hold nearly anything, and nobody has one. */
const OPTIONS = { allow_utf8_local_part: true, require_tld: true, blacklisted_chars: '"' }

/** The one rule for addresses: RFC 5321 without quotation marks, and letters of all scripts on both sides (RFC 6531). */
export const isEmailAddress = (text: string): boolean =>
  text.length <= MAX_CHARS && !UNSEEN.test(text) && isEmail.default(text, OPTIONS)

/**
 * An address in the form in which it is stored: in one normal form of Unicode, and without punycode (RFC 3492) in its
 * domain, so that one address is one text but for its case. What is no address, or whose punycode does not say exactly one
 * name (RFC 5891, 5.4), is only normalised.
 */
export function storedAddress(text: string): string {
  const address = text.trim().normalize('NFC')
  const at = address.lastIndexOf('@') + 1
  const domain = address.slice(at)
  if (!/(?:^|\.)xn--/i.test(domain)) return address
  const unicode = domainToUnicode(domain)
  const stored = address.slice(0, at) + unicode
  return domainToASCII(unicode) === domain.toLowerCase() && isEmailAddress(stored) ? stored : address
}

/** The forms in which an address can be stored: rows of earlier versions may have punycode. */
export function addressForms(text: string): string[] {
  const stored = storedAddress(text)
  const at = stored.lastIndexOf('@') + 1
  const ascii = domainToASCII(stored.slice(at))
  if (!isEmailAddress(stored) || ascii === '' || ascii === stored.slice(at).toLowerCase()) return [stored]
  return [stored, stored.slice(0, at) + ascii]
}
