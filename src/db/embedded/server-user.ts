import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Where the programs that are needed here lie on every system; the caller's environment is not passed on.
 * Without a valid LC_ALL, PostgreSQL on macOS becomes multi-threaded in the system's libraries and refuses to
 * start.
 */
export const SERVER_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' }

/** How PostgreSQL's programs are run, and who must own their files. */
export interface ServerUser {
  /** for the operator, such as `the system user postgres` */
  description: string
  /** the owner of the files, as the file system knows it */
  owner: { uid: number; gid: number }
  /** put before the program: it changes the user and then executes the program, with the same process id */
  prefix: string[]
  /** for spawn, when Node itself can change the user */
  spawn: { uid?: number; gid?: number }
}

interface Account {
  name: string
  uid: number
  gid: number
}

export interface ServerUserOptions {
  postgres: string
  /** the existing folder in which the data folder lies: the server must be able to reach it */
  parent: string
  /** who owns the data folder that exists already */
  owner?: { uid: number; gid: number }
}

/**
 * Decides as whom PostgreSQL runs; it refuses to run as root. A normal user runs it as himself. Root runs it
 * as the owner of the existing data, else as `postgres` or `nobody` when that user can reach programs and
 * data, else inside a user namespace (user_namespaces(7)), where root's files keep their owner but PostgreSQL
 * sees another user id, else as a system user that keeps root's right to pass closed folders
 * (CAP_DAC_OVERRIDE, capabilities(7)). The first one that proves able to run the program is taken.
 * @throws Error that says what was tried and what to do
 */
export async function chooseServerUser(options: ServerUserOptions): Promise<ServerUser> {
  const uid = process.getuid?.() ?? -1
  const gid = process.getgid?.() ?? -1
  const candidates =
    uid === 0 ? await candidatesOfRoot(options.owner) : await candidatesOfUser(uid, gid, options)
  const failures: string[] = []
  for (const candidate of candidates) {
    const failure = await tryCandidate(candidate, options)
    if (failure === undefined) return candidate
    failures.push(`as ${candidate.description}: ${failure}`)
  }
  const advice =
    uid === 0
      ? 'PostgreSQL refuses to run as root. Start docmgr as a normal user, or put the program and its data (--data) ' +
        'where the system user "nobody" can reach them'
      : 'docmgr needs a Linux with glibc, or macOS, and a data folder (--data) that this user can reach'
  throw new Error(`PostgreSQL cannot be run here. ${advice}. What was tried: ${failures.join('; ')}`)
}

async function candidatesOfUser(
  uid: number,
  gid: number,
  { owner, parent }: ServerUserOptions,
): Promise<ServerUser[]> {
  if (owner && owner.uid !== uid) {
    throw new Error(
      `the database in ${parent} belongs to user ${owner.uid}, and this is user ${uid}: start docmgr as that user, ` +
        'or as root, or choose another folder with --data',
    )
  }
  const self = { description: 'this user', owner: { uid, gid }, prefix: [], spawn: {} }
  // A user id without a name, as containers have it, is refused by initdb: a namespace lends it one.
  return [self, ...(await systemAccounts()).map((account) => inNamespace(account, { uid, gid }))]
}

async function candidatesOfRoot(owner: ServerUserOptions['owner']): Promise<ServerUser[]> {
  const system = await systemAccounts()
  const other = owner && owner.uid !== 0 ? [{ name: `number ${owner.uid}`, ...owner }] : []
  const accounts = [...other, ...system.filter(({ uid }) => uid !== owner?.uid)]
  const plain = accounts.map(asAccount)
  const privileged = accounts.map(withRightsOfRoot)
  const namespace = system.map((account) => inNamespace(account, { uid: 0, gid: 0 }))
  if (other.length > 0)
    return [plain[0]!, privileged[0]!, ...plain.slice(1), ...namespace, ...privileged.slice(1)]
  return owner ? [...namespace, ...plain, ...privileged] : [...plain, ...namespace, ...privileged]
}

function asAccount({ name, uid, gid }: Account): ServerUser {
  return { description: `the system user ${name}`, owner: { uid, gid }, prefix: [], spawn: { uid, gid } }
}

function inNamespace({ name, uid, gid }: Account, owner: ServerUser['owner']): ServerUser {
  return {
    description: `${name} of a user namespace`,
    owner,
    prefix: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'],
    spawn: {},
  }
}

function withRightsOfRoot({ name, uid, gid }: Account): ServerUser {
  return {
    description: `the system user ${name} with root's right to pass folders`,
    owner: { uid, gid },
    prefix: [
      ...['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'],
      // Without the secure bit, access(2) forgets the right of a user who is not root, and PostgreSQL asks with it
      // whether its own program may be executed.
      ...['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup', '--'],
    ],
    spawn: {},
  }
}

/** Of the users that systems have for this, those that exist. */
async function systemAccounts(): Promise<Account[]> {
  const accounts: Account[] = []
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map(async (flag) => (await run('id', [flag, name])).stdout),
      )
      accounts.push({ name, uid: Number(uid), gid: Number(gid) })
    } catch {
      // No such user.
    }
  }
  return accounts
}

/** Undefined when PostgreSQL can be run like this, else why not. */
async function tryCandidate(
  user: ServerUser,
  { postgres, parent }: ServerUserOptions,
): Promise<string | undefined> {
  const script = 'test "$(id -u)" -ne 0 && id -un >/dev/null && cd "$2" && exec "$1" --version'
  const [program, ...args] = [...user.prefix, 'sh', '-c', script, 'sh', postgres, parent]
  try {
    await run(program!, args, { ...user.spawn, cwd: '/', env: SERVER_ENVIRONMENT, timeout: 10_000 })
    return undefined
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    return (stderr?.trim() || message).split('\n').at(-1)!
  }
}
