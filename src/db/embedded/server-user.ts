import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * The usual folders of system programs; the caller's environment is not passed on. Without a valid LC_ALL, PostgreSQL on
 * macOS becomes multi-threaded in the system's libraries and refuses to start.
 */
export const SERVER_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' }

/** How PostgreSQL's programs are run, and the owner that their files need. */
export interface ServerUser {
  /** for the operator, such as `the system user postgres` */
  description: string
  /** the owner of the files, as the file system knows it */
  owner: { uid: number; gid: number }
  /** command before the program: it changes the user and then executes the program under the same process id */
  prefix: string[]
  /** options of spawn, when Node can change the user itself */
  spawn: { uid?: number; gid?: number }
}

interface Account {
  name: string
  uid: number
  gid: number
}

export interface ServerUserOptions {
  postgres: string
  /** the parent of the data folder, which exists: the server needs access to it */
  parent: string
  /** owner of an existing data folder */
  owner?: { uid: number; gid: number }
}

/**
 * Chooses the user that PostgreSQL runs as, because it refuses to run as root. A normal user runs it itself. Root runs it
 * as the owner of the existing data; otherwise as `postgres` or `nobody` when that user can access programs and data;
 * otherwise inside a user namespace (user_namespaces(7)), where root's files keep their owner but PostgreSQL sees another
 * user id; otherwise as a system user with root's right to access all folders (CAP_DAC_OVERRIDE, capabilities(7)). The
 * first candidate that can run the program is chosen.
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
        'where the system user "nobody" can access them'
      : 'docmgr needs a Linux with glibc, or macOS, and a data folder (--data) that this user can access'
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
  // initdb refuses a user id without a name, as in containers: a namespace maps it to a named one.
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
    description: `the system user ${name} with root's right to access all folders`,
    owner: { uid, gid },
    prefix: [
      ...['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'],
      // Without this secure bit, access(2), with which PostgreSQL checks that its program can be executed, ignores the
      // capability.
      ...['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup', '--'],
    ],
    spawn: {},
  }
}

/** The users `postgres` and `nobody`, as far as they exist. */
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

/** @returns why PostgreSQL cannot be run as this user; undefined when it can */
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
