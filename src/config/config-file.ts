import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createJiti } from 'jiti'
import { buildRoot } from '../runtime/package-root.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { nearest } from '../runtime/nearest.ts'
import { type Given } from './origin.ts'
import { type Setting } from './settings.ts'

const NAMES = ['docmgr.config.ts', 'docmgr.config.mts', 'docmgr.config.js', 'docmgr.config.mjs']

/**
 * The requested file, else one in the working folder.
 * @throws ConfigError when the requested file does not exist
 */
export function findConfigFile(cwd: string, asked?: { path: string; origin: string }): string | undefined {
  if (!asked) return NAMES.map((name) => join(cwd, name)).find((path) => existsSync(path))
  const path = resolve(cwd, asked.path)
  if (existsSync(path)) return path
  throw new ConfigError([
    { key: asked.origin, origin: '', value: JSON.stringify(asked.path), rule: 'the file does not exist' },
  ])
}

/**
 * The default export of a configuration file, which may be TypeScript and outside of any package.
 * @throws ConfigError with the file and, if it is known, the line
 */
export async function loadConfigFile(path: string): Promise<unknown> {
  const jiti = createJiti(path, {
    fsCache: false,
    interopDefault: false,
    alias: { 'docmgr/config': join(buildRoot(), 'config', 'define-config.js') },
  })
  let loaded: { default?: unknown }
  try {
    loaded = await jiti.import(path)
  } catch (error) {
    throw new ConfigError([
      { key: placeOf(error as Error, path), origin: '', rule: firstLine(error as Error) },
    ])
  }
  if (isPlain(loaded.default)) return loaded.default
  const rule = 'must have a default export: export default defineConfig({ … })'
  throw new ConfigError([{ key: path, origin: '', rule }])
}

/** `file:line:column`, if the error has them. */
function placeOf(error: Error, path: string): string {
  const found = new RegExp(`${escape(path)}:(\\d+):(\\d+)`).exec(`${error.message}\n${error.stack ?? ''}`)
  if (!found) return path
  const [, line, column] = found
  // A line that the file does not have is one of the compiled code.
  const text = readFileSync(path, 'utf8').split('\n')[Number(line) - 1]
  return text !== undefined && Number(column) <= text.length + 1 ? `${path}:${line}:${column}` : path
}

function firstLine(error: Error): string {
  const line = error.message.split('\n')[0]!.trim()
  return `cannot be loaded: ${line.replace(/^\w*Error: /, '')}`
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** The settings in the file's object. An unknown key is an error, and so is a value in place of a group. */
export function readConfigObject(
  object: unknown,
  path: string,
  settings: readonly Setting[],
): { given: Map<string, Given>; problems: ConfigProblem[] } {
  const given = new Map<string, Given>()
  const problems: ConfigProblem[] = []
  const keys = settings.map(({ key }) => key)
  const groups = keys.filter((key) => key.includes('.')).map((key) => key.slice(0, key.indexOf('.')))
  const visit = (value: unknown, key: string): void => {
    if (value === undefined) return
    if (keys.includes(key)) given.set(key, { value, origin: { layer: 'file', path } })
    else if (key !== '' && !keys.some((known) => known.startsWith(`${key}.`))) {
      const meant = nearest(key, [...keys, ...groups])
      const rule = `unknown setting${meant ? `; did you mean ${meant}?` : ''}`
      problems.push({ key, origin: path, rule })
    } else if (isPlain(value)) {
      for (const [name, child] of Object.entries(value)) visit(child, key ? `${key}.${name}` : name)
    } else {
      const own = keys
        .filter((known) => known.startsWith(`${key}.`))
        .map((known) => known.slice(key.length + 1))
      problems.push({
        key,
        origin: path,
        value: JSON.stringify(value),
        rule: `must be an object with ${own.join(', ')}`,
      })
    }
  }
  visit(object, '')
  return { given, problems }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
