import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const LIBRARY = join(import.meta.dirname, 'lib.sh')

/** Runs a script after lib.sh, as a server of its own. @returns its output */
async function run(t, script) {
  const folder = await mkdtemp(join(tmpdir(), 'docmgr-native-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const prepared = `. '${LIBRARY}'; NAME=one ADDRESS=none; mkdir -p "$STACK_DATA"/{run,logs}; ${script}`
  const { stdout } = await promisify(execFile)('bash', ['-c', prepared], {
    env: { ...process.env, STACK_HOME: folder, STACK_DATA: folder, STACK_TIMEOUT: '2' },
    timeout: 30_000,
  })
  return stdout
}

const ANSWER = 'is_running && echo yes || echo no'

test('a process is recognised by its start time, whatever its command line says', async (t) => {
  const script = `spawn sleep 60; ${ANSWER}; halt KILL 10; ${ANSWER}`
  assert.equal(await run(t, script), 'yes\nno\n')
})

test('another process that got the pid later is not taken for the server', async (t) => {
  const script = `spawn sleep 60; pid=$(pid); printf '%s\\n1\\n' $pid >"$(pid_file)"; ${ANSWER}; kill $pid`
  assert.equal(await run(t, script), 'no\n')
})

test('a zombie does not run', async (t) => {
  // The parent is replaced by a program that does not wait for its children.
  const zombie = `bash -c 'sleep 0 & echo $!; exec sleep 60'`
  const script = `exec 3< <(exec ${zombie}); read -r pid <&3
    poll 10 grep -q '^State:.Z' /proc/$pid/status && is_alive $pid && echo yes || echo no; kill $!`
  assert.equal(await run(t, script), 'no\n')
})

test('a server that ends at once is reported differently from one that is not ready in time', async (t) => {
  const script = `is_ready() { false; }
    spawn false; poll 10 not is_running; (await is_ready) 2>&1 || true
    spawn sleep 60; (await is_ready) 2>&1 || true; halt KILL 10`
  const output = await run(t, script)
  assert.match(output, /^one +ENDED .*\none +NOT READY .*\n$/)
})
