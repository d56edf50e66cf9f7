import { parseArgs } from 'node:util'

export interface ChaosOptions {
  profile: 'embedded' | 'stack'
  seed: number
  minutes: number
  /** the kinds of strikes; all of the profile when empty */
  strikes: string[]
  /** where the history is written; a temporary file otherwise */
  history?: string
  /** checks the history in this file, and runs nothing */
  check?: string
  clients: number
  subscribers: number
  pauseMs: number
}

export const USAGE = `npm run chaos -- [--profile embedded|stack] [--seed N] [--minutes M] [--strikes a,b]

  --profile      embedded (default) or stack, the servers of docker/native
  --seed         repeats the workload and the strikes of a run, except for the timing of the machine
  --minutes      at least so long (default 5), and until each kind of strike has happened
  --strikes      only these kinds; \`--strikes list\` prints them
  --check        checks the history of an earlier run again, and runs nothing
  --history      file for the history, as JSON lines
  --clients, --subscribers, --pause    size of the workload (4, 8, 150 ms between two operations of a client)`

/** @throws Error with a message for the user */
export function parseOptions(args: string[]): ChaosOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h' },
      profile: { type: 'string', default: 'embedded' },
      seed: { type: 'string' },
      minutes: { type: 'string', default: '5' },
      strikes: { type: 'string' },
      history: { type: 'string' },
      check: { type: 'string' },
      clients: { type: 'string', default: '4' },
      subscribers: { type: 'string', default: '8' },
      pause: { type: 'string', default: '150' },
    },
  })
  if (values.help) return 'help'
  const { profile } = values
  if (profile !== 'embedded' && profile !== 'stack')
    throw new Error(`--profile must be embedded or stack, not ${profile}`)
  return {
    profile,
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : numberOf('seed', values.seed, 0),
    minutes: numberOf('minutes', values.minutes, 0),
    strikes: values.strikes?.split(',').filter(Boolean) ?? [],
    ...(values.history !== undefined && { history: values.history }),
    ...(values.check !== undefined && { check: values.check }),
    clients: numberOf('clients', values.clients, 1),
    subscribers: numberOf('subscribers', values.subscribers, 0),
    pauseMs: numberOf('pause', values.pause, 0),
  }
}

function numberOf(name: string, text: string, least: number): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number) || number < least)
    throw new Error(`--${name} must be a number of at least ${least}, not ${text}`)
  return number
}
