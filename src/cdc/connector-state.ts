import type { ConnectorStatus } from './connect-client.ts'

export const isRunning = ({ connector, tasks }: ConnectorStatus): boolean =>
  connector.state === 'RUNNING' && tasks.length > 0 && tasks.every(({ state }) => state === 'RUNNING')

/** `connector RUNNING, task 0 FAILED` */
export function describeStates({ connector, tasks }: ConnectorStatus): string {
  const states = tasks.map(({ id, state }) => `task ${id} ${state}`)
  return [`connector ${connector.state}`, ...(states.length > 0 ? states : ['no task'])].join(', ')
}

const CAUSE = /^(?:Caused by: )?(?:[\w$]+\.)+[\w$]*(?:Exception|Error)(?:: (.*))?$/

/** Why it has failed: the message of the innermost cause in the Java stack trace that has one. */
export function reasonOf({ connector, tasks }: ConnectorStatus): string | undefined {
  const failed = [connector, ...tasks].find(({ state }) => state === 'FAILED')
  if (!failed) return undefined
  const causes = (failed.trace ?? '').split('\n').flatMap((line) => CAUSE.exec(line)?.[1] ?? [])
  return causes.at(-1) ?? failed.trace?.split('\n')[0] ?? 'it failed without a message'
}
