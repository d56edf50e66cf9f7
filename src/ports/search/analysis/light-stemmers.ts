import type { Language } from '../../../runtime/detect-language.ts'

/** Letters that a stem has at least. */
const MIN_STEM = 3

/** Cuts the prefix, and then the longest of the endings. */
export function lightStemmer(endings: string, prefix = /^$/): (word: string) => string {
  const ending = new RegExp(
    `(?<=^.{${MIN_STEM},})(?:${endings.split(' ').sort(longestFirst).join('|')})$`,
    'u',
  )
  return (word) => {
    const [before = ''] = prefix.exec(word) ?? []
    return (word.length - before.length < MIN_STEM ? word : word.slice(before.length)).replace(ending, '')
  }
}

const longestFirst = (one: string, other: string): number => other.length - one.length

const HEBREW = lightStemmer('ים ות ה י ו ת', /^[ובהלכמש]{0,2}(?=.{3})/u)
/** Five letters of Hebrew look different at the end of a word; in Unicode the other form is the next character. */
const withoutFinalForm = (word: string): string =>
  word.replace(/[ךםןףץ]$/u, (letter) => String.fromCharCode(letter.charCodeAt(0) + 1))

/**
 * For languages that Snowball has no stemmer for, and Bulgarian, whose stemmer in @orama/stemmers 3.1.18 throws: the endings of nouns and adjectives by case and number, and the
 * articles and prepositions that Hebrew joins to words ("light stemming", Savoy 2006).
 */
export const LIGHT_STEMMERS: Record<Language, (word: string) => string> = {
  az: lightStemmer(
    'lərinin larının lərin ların ləri ları lərə lara lər lar nin nın nun nün dən dan də da ni nı nu nü in ın un ün i ı u ü ə a',
  ),
  bg: lightStemmer(
    'ищата ищите овете евете ията иите ище ища ове еве ите ата ята ото ето ът ят ия та то те ти и а я е о ъ',
  ),
  cs: lightStemmer('ami emi ími ými ích ých ého ému ách ech ové ovi ům ám em ou ě í é á ý ů a e i o u y'),
  et: lightStemmer(
    'ude ide ud id dele dega tele tega des dest tes test sse st le lt ga ks de te d t s l a e i u',
  ),
  fa: lightStemmer('هایی های ها ات ین ان ی'),
  he: (word) => withoutFinalForm(HEBREW(word)),
  lv: lightStemmer('iem ajam ām ēm īm as es is us os ai ei am em ās ēs īs ā ē ī ū a e i o u š s m'),
  pl: lightStemmer(
    'iami ami ach iach owie owi ów om ego emu ych ymi ich imi iej ej iem em ie ią ię ą ę a e i o u y',
  ),
  sk: lightStemmer('ami ách iach och ové ovi ov om ám ého ému ých ými ích ími ou í é á ý a e i o u y'),
  sl: lightStemmer('ami imi ega emu oma ema ih im om em ah ov ev a e i o u'),
}
