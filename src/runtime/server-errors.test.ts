import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProblem } from '../domain/errors.ts'
import { commandError } from '../ports/cache/redis-client.ts'
import { type Blame, blameOf, type Server, SERVER_ERRORS } from './server-errors.ts'
import { isTransient, translateError } from './translate-error.ts'

const entries = (server: Server): { name: string; blame: Blame }[] =>
  Object.entries(SERVER_ERRORS[server]).flatMap(([blame, names]: [string, string]) =>
    names.split(/\s+/).map((name) => ({ name, blame: blame as Blame })),
  )
const SERVERS = Object.keys(SERVER_ERRORS) as Server[]

test('each error is in the table once for its server', () => {
  for (const server of SERVERS) {
    const names = entries(server).map(({ name }) => name)
    assert.equal(new Set(names).size, names.length, `${server}: ${names.toSorted().join(' ')}`)
    for (const { name, blame } of entries(server)) assert.equal(blameOf(server, name), blame)
  }
})

test('an error that is not in the table passes', () => {
  for (const server of SERVERS) assert.equal(blameOf(server, 'a_later_error'), 'passing')
})

/** Each class of SQLSTATEs has a generic code, and codes that a class does not list are judged by their class. */
test('the classes of SQLSTATEs decide for their codes', () => {
  const cases: Record<string, Blame> = {
    '22P05': 'data',
    '23505': 'data',
    '40P01': 'passing',
    '42501': 'configuration',
    '42P05': 'passing',
    '55006': 'passing',
    '55P03': 'slow',
    '57014': 'slow',
    '57P03': 'passing',
  }
  for (const [code, blame] of Object.entries(cases)) assert.equal(blameOf('postgresql', code), blame, code)
})

/** The error that the client of a server throws. */
const ERRORS: Partial<Record<Server, (name: string) => Error>> = {
  postgresql: (name) => Object.assign(new Error('failed'), { code: name.length === 2 ? `${name}000` : name }),
  kafka: (type) => Object.assign(new Error('failed'), { name: 'KafkaJSProtocolError', type }),
  redis: (name) => commandError(`${name} why`),
}

test('only errors of the data are given up, for every entry of the servers that roles ask directly', () => {
  for (const [server, make] of Object.entries(ERRORS)) {
    for (const { name, blame } of entries(server as Server)) {
      const translated = translateError(make(name))
      assert.equal(isTransient(translated), blame !== 'data', `${server} ${name}`)
      assert.equal(isProblem(translated, 'deadline-exceeded'), blame === 'slow', `${server} ${name}`)
    }
  }
})
