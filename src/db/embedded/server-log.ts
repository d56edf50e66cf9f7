import { createInterface } from 'node:readline'
import { type Readable } from 'node:stream'
import { type Logger } from '../../runtime/logger.ts'

/** PostgreSQL's standard error, passed on to the logger; the last lines are kept. */
export interface ServerLog {
  /** whether one of the kept lines contains `text` */
  includes(text: string): boolean
  /**
   * Why the server has ended, or is not ready: its errors since it was last ready, with their details and hints, otherwise
   * the last lines; and what to do.
   * @param signal the one that ended it
   */
  explanation(signal?: NodeJS.Signals | null): string
  /** when the server last reported progress of a recovery (performance.now()); 0 for never */
  progressAt(): number
  /** resolves when the stream has ended and every line was handled */
  ended: Promise<void>
}

const KEPT_LINES = 60
const LAST_LINES = 6
const PROBLEM = /^(WARNING|ERROR|FATAL|PANIC): /
const READY = 'ready to accept connections'

/** What ends a server; an ERROR ends a statement only, except while the server starts. */
const ENDING = /^(FATAL|PANIC): |^[a-z]\w*: could not |^\w*error:/
const STARTING = /^(ERROR|FATAL|PANIC): |^\w+: could not |error:/
/** Of the message before it. */
const MORE = /^(DETAIL|HINT): /
/** abort() after a PANIC, and faults of the program. PostgreSQL handles the signals that others should send it. */
const OWN_SIGNALS: readonly string[] = [
  'SIGABRT',
  'SIGBUS',
  'SIGSEGV',
  'SIGILL',
  'SIGFPE',
  'SIGTRAP',
  'SIGSYS',
]
const FOREIGN_SIGNAL = 'another process sent this signal, or the system did because it had too little memory'

const DISK_FULL_ADVICE =
  'the disk is full: free some space and start docmgr again; every change that was acknowledged is kept'

/** Problems are logged at level info, because most concern a single statement; everything else at debug. */
export function followServerLog(stream: Readable, log: Logger): ServerLog {
  const lines: string[] = []
  let progressAt = 0
  /** number of kept lines since the server was last ready; undefined: it never was */
  let sinceReady: number | undefined
  const reader = createInterface({ input: stream, crlfDelay: Infinity })
  reader.on('line', (raw) => {
    const line = raw.replace(/^(\w+: ) +/, '$1').slice(0, 2000)
    if (line.trim() === '') return
    lines.push(line)
    if (lines.length > KEPT_LINES) lines.shift()
    if (line.includes(READY)) sinceReady = 0
    else if (sinceReady !== undefined) sinceReady++
    if (line.includes('in progress')) progressAt = performance.now()
    log[PROBLEM.test(line) ? 'info' : 'debug']({ from: 'postgres' }, line)
  })
  return {
    includes: (text) => lines.some((line) => line.includes(text)),
    explanation(signal) {
      if (signal && !OWN_SIGNALS.includes(signal)) return FOREIGN_SIGNAL
      // A failure before the server was ready again has passed.
      const recent = sinceReady === undefined ? lines : lines.slice(Math.max(0, lines.length - sinceReady))
      const causes = causesIn(recent, sinceReady === undefined ? STARTING : ENDING)
      const advice = causes.some((line) => line.includes('No space left on device')) ? [DISK_FULL_ADVICE] : []
      const last = (causes.length > 0 ? causes : lines).slice(-LAST_LINES)
      return [...advice, ...last].join(' | ') || 'no output'
    },
    progressAt: () => progressAt,
    ended: new Promise((done) => reader.once('close', done)),
  }
}

function causesIn(lines: readonly string[], pattern: RegExp): string[] {
  let isCause = false
  return lines.filter((line) => {
    if (!MORE.test(line)) isCause = pattern.test(line)
    return isCause
  })
}
