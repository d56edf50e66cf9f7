import { dirname, relative, resolve } from 'node:path'
import { type z } from 'zod'
import { checkConfig } from './check.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { findConfigFile, loadConfigFile, readConfigObject } from './config-file.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { nearest } from '../runtime/nearest.ts'
import { describeOrigin, type Given, type Origin } from './origin.ts'
import { type Config, configSchema } from './schema.ts'
import { listSettings, readText, type Setting } from './settings.ts'

/** A value from the command line: `{ key: 'listen.http', text: '8080', flag: '--port' }`. */
export interface FlagValue {
  key: string
  text: string
  flag: string
}

export interface LoadOptions {
  flags?: readonly FlagValue[]
  env?: Environment
  /** folder of the configuration file, and base of relative paths in flags and variables */
  cwd?: string
  /** the path of the configuration file; without it DOCMGR_CONFIG, else docmgr.config.ts in `cwd` */
  configFile?: string
  /** the roles start with it; other commands may lack settings of ports that they do not use */
  serves?: boolean
}

export interface LoadedConfig {
  config: Config
  /** of every setting, by its key */
  origins: Map<string, Origin>
  /** path of the configuration file, if there is one */
  file?: string
}

/**
 * Loads the configuration: defaults, overridden by docmgr.config.ts, then DOCMGR_* variables, then flags.
 * `data` becomes an absolute path: in the file it is relative to the file, elsewhere to the working folder.
 * @throws ConfigError with all errors at once
 */
export async function loadConfig(options: LoadOptions = {}): Promise<LoadedConfig> {
  const { flags = [], env = process.env, cwd = process.cwd(), serves = false } = options
  const settings = listSettings()
  const file = findConfigFile(cwd, askedFile(options.configFile, env))
  const shown = file && (relative(cwd, file).startsWith('..') ? file : relative(cwd, file))
  const fromFile = file ? readConfigObject(await loadConfigFile(file), shown!, settings) : NOTHING
  const fromEnvironment = readEnvironment(env, settings, cwd)
  const fromFlags = readFlags(flags, settings)
  const given = new Map([...fromFile.given, ...fromEnvironment.given, ...fromFlags.given])
  const problems = [...fromFile.problems, ...fromEnvironment.problems, ...fromFlags.problems]

  const parsed = configSchema.safeParse(nest(given))
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => problemOf(issue, given, settings)))
  if (!parsed.success || problems.length > 0) throw new ConfigError(unique(problems))

  const origins = new Map(settings.map(({ key }) => [key, given.get(key)?.origin ?? DEFAULT]))
  const base = origins.get('data')!.layer === 'file' ? dirname(file!) : cwd
  const config = { ...parsed.data, data: resolve(base, parsed.data.data) }
  const contradictions = checkConfig(config, serves)
  if (contradictions.length > 0) {
    throw new ConfigError(
      contradictions.map(({ key, rule }) => ({
        ...show(key, at(config, key), settings, origins.get(key)!),
        rule,
      })),
    )
  }
  return { config, origins, ...(file !== undefined && { file }) }
}

const DEFAULT: Origin = { layer: 'default' }
const NOTHING = { given: new Map<string, Given>(), problems: [] as ConfigProblem[] }

function askedFile(flag: string | undefined, env: Environment): { path: string; origin: string } | undefined {
  if (flag !== undefined) return { path: flag, origin: '--config' }
  return env['DOCMGR_CONFIG'] ? { path: env['DOCMGR_CONFIG'], origin: 'DOCMGR_CONFIG' } : undefined
}

function readFlags(
  flags: readonly FlagValue[],
  settings: readonly Setting[],
): { given: Map<string, Given>; problems: ConfigProblem[] } {
  const given = new Map<string, Given>()
  const problems: ConfigProblem[] = []
  for (const { key, text, flag } of flags) {
    const setting = settings.find((candidate) => candidate.key === key)
    if (setting) given.set(key, { value: readText(setting, text), origin: { layer: 'flag', flag } })
    else {
      const meant = nearest(
        key,
        settings.map((candidate) => candidate.key),
      )
      problems.push({
        key,
        origin: flag,
        rule: `unknown setting${meant ? `; did you mean ${meant}?` : ''}`,
      })
    }
  }
  return { given, problems }
}

/** `listen.host` → `{ listen: { host } }` */
function nest(given: ReadonlyMap<string, Given>): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  for (const [key, { value }] of given) {
    const path = key.split('.')
    const name = path.pop()!
    let group = root
    for (const step of path) group = (group[step] ??= {}) as Record<string, unknown>
    group[name] = value
  }
  return root
}

function problemOf(
  issue: z.core.$ZodIssue,
  given: ReadonlyMap<string, Given>,
  settings: readonly Setting[],
): ConfigProblem {
  const path = issue.path.map(String)
  const key =
    settings.map((setting) => setting.key).find((known) => isWithin(path.join('.'), known)) ?? path.join('.')
  const found = given.get(key)
  return { ...show(key, found?.value, settings, found?.origin ?? DEFAULT), rule: issue.message }
}

const isWithin = (path: string, key: string): boolean => path === key || path.startsWith(`${key}.`)

function show(
  key: string,
  value: unknown,
  settings: readonly Setting[],
  origin: Origin,
): Omit<ConfigProblem, 'rule'> {
  const secret = settings.some((setting) => setting.key === key && setting.secret)
  const text = secret && value !== undefined ? '[hidden]' : JSON.stringify(value)
  return { key, origin: describeOrigin(origin), ...(text !== undefined && { value: text }) }
}

/** The value of a setting by its key. */
export function at(config: Config, key: string): unknown {
  return key.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], config)
}

function unique(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const seen = new Set<string>()
  return problems.filter(({ key, rule }) => !seen.has(`${key} ${rule}`) && seen.add(`${key} ${rule}`))
}
