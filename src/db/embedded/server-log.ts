import { createInterface } from 'node:readline'
import { type Readable } from 'node:stream'
import { type Logger } from '../../runtime/logger.ts'

/** PostgreSQL's standard error, passed on to the logger; the last lines are kept. */
export interface ServerLog {
  /** whether one of the kept lines contains `text` */
  includes(text: string): boolean
  /** the lines that explain a failure: errors with their details and hints, otherwise the last lines; and what to do */
  explanation(): string
  /** when the server last reported progress of a recovery (performance.now()); 0 for never */
  progressAt(): number
  /** resolves when the stream has ended and every line was handled */
  ended: Promise<void>
}

const KEPT_LINES = 60
const PROBLEM = /^(WARNING|ERROR|FATAL|PANIC): /
const EXPLAINING = /^(ERROR|FATAL|PANIC|DETAIL|HINT): |^\w+: could not |error:/

const DISK_FULL_ADVICE =
  'the disk is full: free some space and start docmgr again; every change that was acknowledged is kept'

/** Problems are logged at level info, because most concern a single statement; everything else at debug. */
export function followServerLog(stream: Readable, log: Logger): ServerLog {
  const lines: string[] = []
  let progressAt = 0
  const reader = createInterface({ input: stream, crlfDelay: Infinity })
  reader.on('line', (raw) => {
    const line = raw.replace(/^(\w+: ) +/, '$1').slice(0, 2000)
    if (line.trim() === '') return
    lines.push(line)
    if (lines.length > KEPT_LINES) lines.shift()
    if (line.includes('in progress')) progressAt = performance.now()
    log[PROBLEM.test(line) ? 'info' : 'debug']({ from: 'postgres' }, line)
  })
  return {
    includes: (text) => lines.some((line) => line.includes(text)),
    explanation() {
      const explaining = lines.filter((line) => EXPLAINING.test(line))
      const last = (explaining.length > 0 ? explaining : lines).slice(-6)
      const advice = last.some((line) => line.includes('No space left on device')) ? [DISK_FULL_ADVICE] : []
      return [...advice, ...last].join(' | ') || 'no output'
    },
    progressAt: () => progressAt,
    ended: new Promise((done) => reader.once('close', done)),
  }
}
