import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause, succeed } from '../wait.ts'
import { clockJumps } from './clock-jumps.ts'
import { openClock } from './clock.ts'
import { EmbeddedProcess } from './embedded-process.ts'
import { childrenOf, commandOf, signalAll, treeOf } from './processes.ts'
import type { Service, Strike } from './service.ts'
import { openPoweredDisk, type PoweredDisk } from './power.ts'
import { fullDisk, openSmallDisk } from './small-disk.ts'

/** How long a strike may be refused, because PostgreSQL is being started. */
const STRIKE_MS = 60_000

/** docmgr on the embedded adapters, in a folder of its own. */
export async function openEmbeddedService(env: Record<string, string> = {}): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), 'docmgr-chaos-'))
  const powered = openPoweredDisk(folder)
  const disk = typeof powered === 'string' ? openSmallDisk(join(folder, 'disk')) : powered
  const clock = openClock(folder)
  const data = join(typeof disk === 'string' ? folder : disk.folder, 'data')
  mkdirSync(data)
  const docmgr = new EmbeddedProcess(data, await freePort(), { ...clock?.env, ...env })
  const impossible: Record<string, string> = {}
  if (typeof disk === 'string') impossible['full-disk'] = disk
  if (typeof powered === 'string') impossible['power'] = powered
  if (!clock) impossible['clock'] = 'libfaketime is not installed'
  return {
    url: docmgr.url,
    strikes: {
      ...processStrikes(docmgr),
      ...dataStrikes(docmgr),
      ...(typeof disk !== 'string' && { 'full-disk': fullDisk(() => disk) }),
      ...(typeof powered !== 'string' && { power: () => losePower(docmgr, powered) }),
      ...(clock && { clock: clockJumps(() => clock) }),
    },
    impossible,
    isReady: () => docmgr.isReady(),
    log: () => docmgr.log,
    async stop() {
      if (typeof disk !== 'string') disk.empty()
      await docmgr.stop()
      if (typeof disk !== 'string') disk.remove()
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    },
  }
}

function processStrikes(docmgr: EmbeddedProcess): Record<string, Strike> {
  const own = (): number[] => (docmgr.pid === undefined ? [] : [docmgr.pid])
  const postgres = (): number[] => (docmgr.postmaster === undefined ? [] : treeOf(docmgr.postmaster))
  /** Waits for so many processes, which are just being started after another strike, and signals them. */
  const signalled = async (find: () => number[], signal: NodeJS.Signals, least = 1): Promise<number[]> => {
    let pids: number[] = []
    await succeed(STRIKE_MS, 20, async () => {
      pids = find()
      if (pids.length < least || signalAll(pids, signal) < least) throw new Error('it does not run')
    })
    return pids
  }
  const paused = async (find: () => number[], ms: number): Promise<void> => {
    const pids = await signalled(find, 'SIGSTOP')
    await pause(ms)
    signalAll(pids, 'SIGCONT')
  }
  return {
    kill: async () => void (await signalled(own, 'SIGKILL')),
    'kill-postgres': async () => void (await signalled(() => postgres().slice(0, 1), 'SIGKILL')),
    'kill-both': async () =>
      void (await signalled(() => [...own(), ...postgres().slice(0, 1)], 'SIGKILL', 2)),
    async 'kill-backend'(random) {
      const isReader = random.next() < 0.5
      await signalled(() => {
        const backends = postgres().slice(1)
        const readers = backends.filter((pid) => commandOf(pid).includes('walsender'))
        const candidates = isReader && readers.length > 0 ? readers : backends
        return candidates.length > 0 ? [random.pick(candidates)] : []
      }, 'SIGKILL')
    },
    // Also the process that extracts text.
    pause: (random) =>
      paused(
        () => [...own(), ...own().flatMap(childrenOf)].filter((pid) => pid !== docmgr.postmaster),
        random.whole(1_000, 6_000),
      ),
    'pause-postgres': (random) => paused(postgres, random.whole(1_000, 6_000)),
    restart: () => docmgr.restart(),
  }
}

/** Everything stops at once, and what was not flushed is lost. */
function losePower(docmgr: EmbeddedProcess, disk: PoweredDisk): Promise<void> {
  disk.cutPower()
  return docmgr.whileDown(() => disk.restorePower())
}

function dataStrikes(docmgr: EmbeddedProcess): Record<string, Strike> {
  return {
    /** The slot is gone while its reader runs. */
    'drop-slot': () =>
      succeed(STRIKE_MS, 5, () =>
        docmgr.query(
          "select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = 'docmgr'",
          "select pg_drop_replication_slot('docmgr')",
        ),
      ),
    /** As docmgr does itself, only without any event left: a subscriber that was away needs a reset. */
    'truncate-history': () =>
      succeed(STRIKE_MS, 200, () =>
        docmgr.query(`
          with newest as (select max(position) as position from changes.history),
               raised as (update changes.feeds set history_floor = greatest(history_floor, newest.position)
                            from newest where slot = 'docmgr')
          delete from changes.history where position <= (select position from newest)`),
      ),
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
