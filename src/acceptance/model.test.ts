/**
 * Sequences of commands, some of them concurrent, against a model in memory. Afterwards the search finds what the model
 * has, and a subscriber receives what has happened to each document. MODEL_RUNS says how many sequences; MODEL_SEED and
 * the path that a failure prints repeat it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventually } from '../testing/deadline.ts'
import type { SearchHit } from './facts.ts'
import { COMMANDS, type Known, type Model, WORDS } from './model/commands.ts'
import { send, uniqueWord } from './requests.ts'
import { openSocket } from './socket.ts'
import { useTarget } from './target.ts'

const target = await useTarget()
const runs = Number(
  process.env['MODEL_RUNS'] ?? (process.env['ACCEPTANCE_TARGET'] === 'topology' ? 100 : 500),
)
const seed = Number(process.env['MODEL_SEED'] ?? Date.now() % 2 ** 31)
/** Sequences at the same time: most of a sequence waits for disks. */
const CONCURRENT = 4

test(`${runs} sequences of commands leave what the model has (MODEL_SEED=${seed})`, async () => {
  await Promise.all(Array.from({ length: CONCURRENT }, (_, n) => runSequences(n)))
})

async function runSequences(n: number): Promise<void> {
  const property = fc.asyncProperty(
    fc.commands(COMMANDS, { maxCommands: 25, size: 'max' }),
    async (commands) => {
      const model: Model = { owner: `${uniqueWord()}@example.com`, documents: [] }
      await fc.asyncModelRun(() => ({ model, real: target.urls }), commands)
      await checkSearch(model)
      const present = model.documents.filter(({ state }) => !state.deleted)
      for (const document of present.slice(0, 2)) await checkMessages(document)
    },
  )
  await fc.assert(property, { numRuns: Math.ceil(runs / CONCURRENT), seed: seed + n })
}

async function checkSearch({ owner, documents }: Model): Promise<void> {
  const word = WORDS[documents.length % WORDS.length]!
  const expected = documents
    .filter(({ state, content }) => !state.deleted && `${state.title} ${content}`.includes(word))
    .map(({ id, state }) => `${id} ${state.version}`)
    .sort()
  const query = new URLSearchParams({ q: word, created_by: owner, size: '100' })
  let found: string[] = []
  await eventually(`${word} of ${owner} to be found as it is`, async () => {
    const { body } = await send<{ documents: SearchHit[] }>(`${target.urls.http}/search?${query}`)
    found = body.documents.map(({ id, version }) => `${id} ${version}`).sort()
    return JSON.stringify(found) === JSON.stringify(expected)
  }).catch(() => assert.deepEqual(found, expected))
}

/** A replay from the start has each change once and in order, and each signature that stayed once. */
async function checkMessages({ id, state }: Known): Promise<void> {
  const socket = await openSocket(target.urls, id, 'start')
  try {
    await eventually(
      'all messages',
      () =>
        changes().length >= state.messages.length &&
        state.signers.every((signer) => signatures().some((one) => one.signer_email === signer)),
    )
    assert.deepEqual(changes(), state.messages)
    const ids = signatures().map(({ signature_id }) => signature_id)
    assert.equal(new Set(ids).size, ids.length, 'a signature is announced twice')
  } finally {
    socket.close()
  }

  function signatures(): { signature_id: string; signer_email: string }[] {
    return socket.received.flatMap(({ type, data }) => (type === 'signature.added' ? [data] : []))
  }

  function changes(): string[] {
    return socket.received
      .filter(({ type }) => type.startsWith('document.'))
      .map(({ type, data }) => `${type} ${data.version}`)
  }
}
