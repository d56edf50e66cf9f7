import { fold } from './fold.ts'
import type { Language } from '../../../runtime/detect-language.ts'

/**
 * Words so frequent in their language that a query of several words can do without them: articles, pronouns,
 * prepositions, conjunctions, and forms of to be. They count in phrases.
 */
const WRITTEN: Record<Language, string> = {
  ar: 'من في على إلى عن مع أن إن أو ثم و ما لا هذا هذه ذلك التي الذي كان',
  bg: 'и в на за с от до по не че да се е са или като при',
  cs: 'a i v ve na o s se z ze k ke do od po pro při za je jsou to ten ta že nebo jako',
  da: 'og i på af til fra for med om ved en et den det de der som er var at ikke eller',
  de: 'der die das den dem des ein eine einer eines einem einen und oder in im an am auf aus bei mit nach von vom zu zum zur für ist sind war nicht als auch dass wie',
  el: 'ο η το οι τα του της των τον την και σε στο στη στην στον στα με για από ή να που είναι ως',
  en: 'a an the and or of in on at to for from by with as is are was were be been it its this that these those not how what which do does i we you he she they our your his her their who',
  es: 'el la los las un una unos unas y e o u de del en a al con por para es son que se su sus no como',
  fi: 'ja tai on ei se ne että kun jos niin ovat oli mutta myös',
  fr: 'le la les l un une des du de d et ou à au aux en dans par pour sur avec est sont que qui ce cette ces ne pas se son sa ses comme',
  he: 'של את על אל עם או כי לא הוא היא זה זו גם',
  hi: 'का के की में से को पर और या है हैं यह वह ने भी',
  hr: 'i u na za s sa od do po o je su se da ne ili kao koji koja koje',
  hu: 'a az egy és vagy hogy nem is van volt ez de meg mint',
  it: 'il lo la i gli le un uno una e ed o di del della dei delle a al alla da dal in nel nella con per su è sono che si non come',
  lt: 'ir arba į iš su be per už ant prie yra kad tai kaip',
  ms: 'yang dan di ke dari untuk dengan pada atau ini itu adalah oleh dalam sebagai',
  nl: 'de het een en of van in op aan te tot bij met voor door uit naar om is zijn was niet als dat die er',
  no: 'og i på av til fra for med om ved en et ei den det de der som er var at å ikke eller',
  pl: 'i a w we na o z ze do od po dla przy za jest są to ten ta te że lub albo oraz się nie jak',
  pt: 'o a os as um uma e ou de do da dos das em no na nos nas a ao à com por para é são que se não como',
  ro: 'și sau în la de din cu pe pentru un o al a ai ale este sunt că să nu care ca',
  ru: 'и в во на с со к ко о об от до по за из у для при не что как или это а но',
  sk: 'a i v vo na o s so z zo k ku do od po pre pri za je sú to ten že alebo ako',
  sl: 'in v na za s z od do po pri o je so se da ne ali kot',
  sr: 'и у на за с са од до по о је су се да не или као i u na za s sa od do po o je su se da ne ili kao',
  sv: 'och i på av till från för med om vid en ett den det de som är var att inte eller',
  tr: 've veya ile bir bu şu o da de için gibi ki mi değil',
  uk: 'і й та в у на з зі із до від по за для при не що як або це а але',
  vi: 'và hoặc của là các những một cho với trong từ đến được có không này đó',
}

const folded = new Map<Language, Set<string>>()

function stopWordsOf(language: Language): Set<string> {
  let words = folded.get(language)
  if (words === undefined) folded.set(language, (words = new Set(fold(WRITTEN[language] ?? '').split(' '))))
  return words
}

/** Whether a word is a stop word of any of the languages. */
export const isStopWord = (word: string, languages: readonly Language[]): boolean =>
  word !== '' && languages.some((language) => stopWordsOf(language).has(fold(word)))
