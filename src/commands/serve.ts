import { type RunningService, startService } from '../app.ts'
import { LINK_MINUTES } from '../app/login-link.ts'
import { localUser } from '../client/local-user.ts'
import { type FlagValue } from '../config/load-config.ts'
import { ROLES } from '../config/roles.ts'
import type { Config } from '../config/schema.ts'
import { createLogger } from '../runtime/logger.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { type Io } from './io.ts'
import { type ConfigOptions, configOf } from './options.ts'
import { tour } from './tour.ts'

export interface ServeOptions extends ConfigOptions {
  role?: string
  host?: string
  port?: string
  json?: boolean
}

/** Runs the service until a signal arrives or a module fails permanently. */
export async function serve(options: ServeOptions, io: Io): Promise<number> {
  const begun = performance.now()
  const { config } = await configOf(options, { more: flagsOf(options), serves: true })
  const log = createLogger({ level: config.log.level })
  const service = await startService(config, {
    log,
    onStarted: (module, millis) => log.debug({ module, millis: Math.round(millis) }, 'started'),
  })
  const seconds = (performance.now() - begun) / 1_000
  if (options.json) {
    const { urls, findings } = service
    io.json({ urls, roles: config.roles, data: config.data, findings, seconds: Number(seconds.toFixed(3)) })
  } else {
    announce(config, service, seconds, await linkOf(config, service), io)
  }
  try {
    await Promise.race([service.failed.catch(fail), untilAborted(io.interrupted)])
    io.note('Stopping …')
    return EXIT.done
  } finally {
    await service.stop()
  }
}

/** A running service that fails ends with 1, whatever the cause. */
function fail(error: Error): never {
  throw new CommandError(error.message)
}

function flagsOf({ role, host, port }: ServeOptions): FlagValue[] {
  return [
    ...(role === undefined ? [] : [{ key: 'roles', text: role, flag: '--role' }]),
    ...(host === undefined ? [] : [{ key: 'listen.host', text: host, flag: '--host' }]),
    ...(port === undefined ? [] : [{ key: 'listen.http', text: port, flag: '--port' }]),
  ]
}

/** The account that starts a service with a data folder may log in to it; the processes of others start often. */
async function linkOf({ auth }: Config, { folder, loginLink }: RunningService): Promise<string | undefined> {
  return folder === undefined || auth.mode === 'open' ? undefined : loginLink?.(localUser().email)
}

function announce(
  config: Config,
  { urls, findings, folder }: RunningService,
  seconds: number,
  link: string | undefined,
  io: Io,
): void {
  const { bold, green, dim } = io.colors
  const roles = config.roles.length === ROLES.length ? 'all roles' : config.roles.join(', ')
  for (const finding of findings) io.out(`${dim('found:')} ${finding}`)
  const place = folder === undefined ? 'all data on servers' : `data in ${folder}`
  io.out(`${green('docmgr is ready')} after ${seconds.toFixed(1)} s: ${roles}; ${place}`)
  const width = Math.max(...Object.keys(urls).map((name) => name.length))
  for (const [name, url] of Object.entries(urls)) {
    const meaning = name === 'http' ? dim('  all routes; /docs, /openapi.json, /health/ready, /metrics') : ''
    io.out(`  ${name.padEnd(width)}  ${bold(url)}${meaning}`)
  }
  for (const line of tour(urls, config)) io.out(line)
  if (link !== undefined) io.out(`Log in within ${LINK_MINUTES} minutes: ${bold(link)}`)
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
