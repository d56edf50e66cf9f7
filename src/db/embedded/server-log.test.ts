import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { silentLogger } from '../../runtime/logger.ts'
import { followServerLog } from './server-log.ts'

async function explain(lines: string[], signal?: NodeJS.Signals): Promise<string> {
  const log = followServerLog(Readable.from([`${lines.join('\n')}\n`]), silentLogger)
  await log.ended
  return log.explanation(signal)
}

const READY = 'LOG:  database system is ready to accept connections'
const NO_SPACE = 'could not write to file "pg_wal/xlogtemp.1": No space left on device'
const FULL = /^the disk is full: free some space/

test('the last error before the end says whether the disk is full', async () => {
  const end = ['LOG:  database system was interrupted', `FATAL:  ${NO_SPACE}`, 'HINT:  Free some.']
  assert.match(await explain(end), FULL)
  assert.match(await explain(end), /FATAL: could not write .* \| HINT: Free some\.$/)
  assert.match(await explain([READY, `PANIC:  ${NO_SPACE}`, ...end]), FULL)
  assert.match(await explain([READY, `PANIC:  ${NO_SPACE}`], 'SIGABRT'), FULL)
  // A statement cannot fail before the server is ready: it is the server that cannot start.
  assert.match(await explain([`ERROR:  ${NO_SPACE}`]), FULL)
})

test('a full disk that has passed is not the reason of a later end', async () => {
  const failed = [READY, `ERROR:  ${NO_SPACE}`, 'HINT:  Check free disk space.']
  const fatal = 'FATAL:  the file is locked'
  assert.equal(await explain([...failed, fatal]), 'FATAL: the file is locked')
  const many = Array.from({ length: 80 }, (_, n) => `LOG:  statement ${n}`)
  assert.equal(await explain([READY, ...many, `ERROR:  ${NO_SPACE}`, fatal]), 'FATAL: the file is locked')
  assert.equal(await explain([READY, `PANIC:  ${NO_SPACE}`, READY, fatal]), 'FATAL: the file is locked')
  assert.match(await explain(failed, 'SIGKILL'), /^another process sent this signal/)
  assert.match(await explain([READY, `PANIC:  ${NO_SPACE}`], 'SIGKILL'), /^another process/)
})
