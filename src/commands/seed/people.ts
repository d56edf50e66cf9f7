import type { Random } from '../../runtime/seeded-random.ts'

const words = (text: string): string[] => text.split(/\s+/)

const FIRST =
  words(`Ana Björn Chiara Daniel Élodie Farid Grace Hugo Ingrid João Katarzyna Liam Marta Nils Olga Pedro
  Quentin Rosa Søren Tereza Uwe Valentina Wiebke Yusuf Zoë`)
const LAST =
  words(`Almeida Bianchi Castro Dvořák Eriksen Fischer García Horváth Ivanova Jansen Kowalski Lindqvist
  Moreau Novák Okafor Petit Quiroga Rossi Schneider Thorsen Ünal Weiß`)
const STEMS =
  words(`Alder Bluewater Cobalt Delphin Eastgate Fernhill Granit Harbour Iris Juniper Kestrel Lindenhof
  Meridian Northwind Orchard Polaris Quarry Riverside Sundial Tamarind Valley`)
const TRADES = words(`Logistics Foods Properties Software Instruments Textiles Energy Consulting Press`)
const FORMS = words(`GmbH Ltd S.A. B.V. AB Lda.`)
const CITIES = words(`Lisbon Kraków Århus Lyon Graz Bologna Ghent Malmö Brno Sevilla Köln Turku`)

export interface Person {
  name: string
  email: string
}

export const company = (random: Random): string =>
  `${random.pick(STEMS)} ${random.pick(TRADES)} ${random.pick(FORMS)}`

export const city = (random: Random): string => random.pick(CITIES)

export function person(random: Random, domain: string): Person {
  const [first, last] = [random.pick(FIRST), random.pick(LAST)]
  return { name: `${first} ${last}`, email: `${ascii(first)}.${ascii(last)}@${domain}` }
}

/** The authors of a seed's documents. Their e-mail domain contains the seed, so that its documents can be found. */
export function authorsOf(seed: number, random: Random): Person[] {
  const authors = new Map<string, Person>()
  while (authors.size < AUTHORS) {
    const author = person(random, `seed-${seed}.docmgr.example`)
    authors.set(author.email, author)
  }
  return [...authors.values()]
}

const AUTHORS = 12

const ascii = (name: string): string =>
  name
    .replaceAll('ß', 'ss')
    .replaceAll('ø', 'o')
    .normalize('NFD')
    .replace(/\P{ASCII}/gu, '')
    .toLowerCase()
