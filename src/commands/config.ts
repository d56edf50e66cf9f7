import { relative } from 'node:path'
import { at, type LoadedConfig } from '../config/load-config.ts'
import { describeOrigin } from '../config/origin.ts'
import { listSettings, type Setting } from '../config/settings.ts'
import { EXIT } from './exit-codes.ts'
import { type Io } from './io.ts'
import { type ConfigOptions, configOf } from './options.ts'
import { table } from './table.ts'

/** Shows every setting and where its value comes from. Secrets are hidden. */
export async function showConfig(
  options: ConfigOptions & { all?: boolean; markdown?: boolean; json?: boolean },
  io: Io,
): Promise<number> {
  if (options.markdown) {
    io.out(markdown(listSettings()))
    return EXIT.done
  }
  const loaded = await configOf(options)
  const rows = listSettings().map((setting) => ({ setting, ...currentValue(setting, loaded) }))
  if (options.json) {
    io.json({
      file: loaded.file ?? null,
      settings: rows.map(({ setting, value, origin }) => {
        const { key, variable, description } = setting
        return {
          key,
          value: value ?? null,
          origin: loaded.origins.get(key)!.layer,
          from: origin,
          variable,
          description,
        }
      }),
    })
    return EXIT.done
  }
  const { bold, cyan, dim } = io.colors
  const lines = table(
    rows.map(({ setting, value, origin }) => [
      setting.key,
      value === undefined ? '' : textOf(value),
      origin,
      ...(options.all ? [setting.variable, setting.description] : []),
    ]),
    [bold, cyan, (text) => (text.trim() === 'default' ? dim(text) : text), dim, (text) => text],
  )
  const file = loaded.file === undefined ? 'none' : relative(process.cwd(), loaded.file) || loaded.file
  io.note(`configuration file: ${file}`)
  for (const line of lines) io.out(line)
  return EXIT.done
}

function currentValue(
  setting: Setting,
  { config, origins }: LoadedConfig,
): { value: unknown; origin: string } {
  const value = at(config, setting.key)
  return { value: setting.secret ? hide(value) : value, origin: describeOrigin(origins.get(setting.key)!) }
}

/** In a URL only the password is secret. */
function hide(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (!URL.canParse(value)) return '[hidden]'
  return value
    .replace(/^([a-z]+:\/\/[^:/@]*):.*@/, '$1:[hidden]@')
    .replace(/([?&]password=)[^&]*/, '$1[hidden]')
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value))

function markdown(settings: readonly Setting[]): string {
  const rows = settings.map(({ key, variable, fallback, description }) => {
    const shown = fallback === undefined ? '' : `\`${textOf(fallback)}\``
    return `| \`${key}\` | \`${variable}\` | ${shown === '``' ? '' : shown} | ${description.replaceAll('|', '\\|')} |`
  })
  return ['| key | variable | default | meaning |', '|---|---|---|---|', ...rows].join('\n')
}
