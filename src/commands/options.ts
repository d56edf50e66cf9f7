import { type FlagValue, type LoadedConfig, loadConfig } from '../config/load-config.ts'
import { CommandError, EXIT } from './exit-codes.ts'

/** Options of every command that reads the configuration. */
export interface ConfigOptions {
  config?: string
  data?: string
  /** KEY=VALUE */
  set?: string[]
}

/** Options of every command that talks to a service. */
export interface ServiceOptions extends ConfigOptions {
  url?: string
  token?: string
}

/** Loads the configuration with the flags of this command. @throws ConfigError, CommandError */
export async function configOf(
  options: ConfigOptions,
  { more = [], serves = false }: { more?: readonly FlagValue[]; serves?: boolean } = {},
): Promise<LoadedConfig> {
  const flags = (options.set ?? []).map((text): FlagValue => {
    const split = text.indexOf('=')
    if (split < 1)
      throw new CommandError(`--set ${text}: must be KEY=VALUE, such as listen.http=8080`, EXIT.usage)
    return { key: text.slice(0, split), text: text.slice(split + 1), flag: '--set' }
  })
  if (options.data !== undefined) flags.push({ key: 'data', text: options.data, flag: '--data' })
  return loadConfig({
    flags: [...flags, ...more],
    serves,
    ...(options.config !== undefined && { configFile: options.config }),
  })
}

/** Parses an integer from the command line. @throws CommandError */
export function wholeNumber(text: string, flag: string, min: number, max: number): number {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : NaN
  if (value >= min && value <= max) return value
  throw new CommandError(`${flag} ${text}: must be a whole number from ${min} to ${max}`, EXIT.usage)
}
