import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { test } from 'node:test'
import { runCli } from '../testing/cli.ts'
import {
  addDamaged,
  checkLetterFlow,
  checkLettersOverRest,
  listLetters,
  titlesFound,
} from '../testing/dead-letter-flow.ts'
import { openLetterTarget } from '../testing/letter-target.ts'
import { newDataFolder } from '../testing/postgres.ts'
import { startServiceProcess } from '../testing/service-process.ts'
import { TEST_FILE } from '../testing/test-file.ts'

const data = await newDataFolder()
TEST_FILE.after(() => rm(data, { recursive: true }))
const service = await startServiceProcess(data)
TEST_FILE.after(() => service.stop())
const { http } = service.urls
const run = (...args: string[]) => runCli(['dead-letters', ...args, '--data', data])
const target = await openLetterTarget(data, http, (stop) => TEST_FILE.after(stop))

test('a letter is listed and processed again over REST, and the index then has what the database has', () =>
  checkLettersOverRest(target))

test('a letter is listed, and seen in readiness, in metrics and by doctor, until a retry projects the newest state', () =>
  checkLetterFlow(target))

test('a retry of a document whose row is gone leaves it deleted', async () => {
  const { id } = await addDamaged(target, 'Kestrel')
  await target.pool.query('delete from documents.documents where id = $1', [id])
  const { code, stderr } = await run('retry', '--consumer', 'indexer')
  assert.equal(code, 0, stderr)
  assert.deepEqual([(await listLetters(target)).count, await titlesFound(target, 'kestrel')], [0, []])
})

test('letters are filtered and dropped', async () => {
  const one = await addDamaged(target, 'Merlin one')
  const other = await addDamaged(target, 'Merlin other')
  assert.equal((await listLetters(target, '--document', one.id)).count, 1)
  assert.equal((await listLetters(target, '--since', '1h')).count, 2)
  assert.equal((await listLetters(target, '--since', new Date(Date.now() + 60_000).toISOString())).count, 0)
  assert.equal((await listLetters(target, '--consumer', 'ws')).count, 0)
  const dropped = await run('drop', '--document', other.id, '--json')
  assert.deepEqual([dropped.code, JSON.parse(dropped.stdout)], [0, { dropped: 1 }])
  const { letters } = await listLetters(target)
  assert.deepEqual(
    letters.map(({ document }) => document),
    [one.id],
  )
  assert.equal((await run('drop', letters[0]!.id)).code, 0)
  assert.equal((await listLetters(target)).count, 0)
})

test('wrong use is refused with what would be right', async () => {
  const cases: [string[], number, RegExp][] = [
    [['retry'], 2, /name the ids of letters, or --all/],
    [['drop'], 2, /name the ids of letters, or --all/],
    [['show'], 2, /name the ids of letters, or --all/],
    [['list', '--since', 'soon'], 2, /--since soon: must be an age such as 90m/],
    [['drop', 'indexer/none'], 1, /there is no dead letter indexer\/none/],
  ]
  for (const [args, code, message] of cases) {
    const result = await run(...args)
    assert.equal(result.code, code, args.join(' '))
    assert.match(result.stderr, message)
  }
})
