import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type ConfigProblem } from './config-error.ts'
import { nearest } from '../runtime/nearest.ts'
import { type Given } from './origin.ts'
import { readText, type Setting } from './settings.ts'

/** Variables of the command line: the configuration file, and defaults of --url and --token. */
const COMMAND_VARIABLES = ['DOCMGR_CONFIG', 'DOCMGR_URL', 'DOCMGR_TOKEN'] as const

/** Variables of OpenTelemetry's specification, for settings that no variable of docmgr's own gives. */
const STANDARD_VARIABLES = {
  OTEL_EXPORTER_OTLP_ENDPOINT: 'tracing.url',
  OTEL_SERVICE_NAME: 'tracing.service',
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The settings in DOCMGR_* variables. A secret can be in a file: DOCMGR_AUTH_SECRET_FILE=/run/secrets/x. */
export function readEnvironment(
  env: Environment,
  settings: readonly Setting[],
  cwd: string,
): { given: Map<string, Given>; problems: ConfigProblem[] } {
  const given = new Map<string, Given>()
  const problems: ConfigProblem[] = []
  const known = new Set<string>(COMMAND_VARIABLES)

  for (const setting of settings) {
    const { key, variable } = setting
    known.add(variable)
    const text = env[variable]
    // Compose files and shells use an empty variable for "not set".
    if (text) given.set(key, { value: readText(setting, text), origin: { layer: 'environment', variable } })
    if (!setting.file) continue
    const fileVariable = `${variable}_FILE`
    known.add(fileVariable)
    const file = env[fileVariable]
    if (!file) continue
    if (text)
      problems.push({ key, origin: fileVariable, rule: `set ${variable} or ${fileVariable}, not both` })
    try {
      const content = readFileSync(resolve(cwd, file), 'utf8').replace(/\r?\n$/, '')
      const value = setting.list ? readText(setting, content.replace(/\r?\n/g, ',')) : content
      given.set(key, { value, origin: { layer: 'environment', variable: fileVariable, file } })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      problems.push({
        key: fileVariable,
        origin: '',
        value: JSON.stringify(file),
        rule: `cannot be read (${code})`,
      })
    }
  }

  for (const [variable, key] of Object.entries(STANDARD_VARIABLES)) {
    const value = env[variable]
    if (value && !given.has(key)) given.set(key, { value, origin: { layer: 'environment', variable } })
  }

  const unknown = Object.keys(env).filter((name) => name.startsWith('DOCMGR_') && !known.has(name))
  for (const name of unknown) {
    const meant = nearest(name, [...known])
    const hint = meant ? `did you mean ${meant}?` : '`docmgr config --all` lists them'
    problems.push({ key: name, origin: 'the environment', rule: `unknown variable; ${hint}` })
  }
  return { given, problems }
}
