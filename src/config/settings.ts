import { type z } from 'zod'
import { configSchema } from './schema.ts'
import { FILE_KEYS, SECRET_KEYS } from './secret-keys.ts'

/** One value that can be set, such as `listen.host`. */
export interface Setting {
  key: string
  /** its environment variable, such as DOCMGR_LISTEN_HOST */
  variable: string
  /** short description */
  description: string
  /** the default; undefined if there is none */
  fallback: unknown
  secret: boolean
  /** whether a variable can name a file that has it */
  file: boolean
  /** whether text of variables and flags is split at commas */
  list: boolean
  /** whether text of digits is a number */
  numeric: boolean
  /** whether the texts true and false are booleans */
  boolean: boolean
}

/** Every setting, in the order of the schema. */
export function listSettings(): Setting[] {
  return collect(configSchema, [])
}

function collect(schema: z.core.$ZodType, path: string[]): Setting[] {
  const inner = unwrap(schema)
  if (inner.def.type === 'object') {
    const { shape } = inner.def as z.core.$ZodObjectDef
    return Object.entries(shape).flatMap(([name, child]) => collect(child, [...path, name]))
  }
  const key = path.join('.')
  const kinds =
    inner.def.type === 'union' ? (inner.def as z.core.$ZodUnionDef).options.map(typeName) : [inner.def.type]
  return [
    {
      key,
      variable: variableOf(key),
      description: (schema as z.ZodType).description ?? '',
      fallback: (schema as z.ZodType).safeParse(undefined).data,
      secret: SECRET_KEYS.includes(key),
      file: FILE_KEYS.includes(key),
      list: kinds.includes('array'),
      numeric: kinds.includes('number'),
      boolean: kinds.includes('boolean'),
    },
  ]
}

const typeName = (schema: z.core.$ZodType): string => schema._zod.def.type

/** The schema inside default, optional, prefault and transform. */
function unwrap(schema: z.core.$ZodType): { def: z.core.$ZodTypeDef } {
  const def = schema._zod.def as z.core.$ZodTypeDef & { innerType?: z.core.$ZodType; in?: z.core.$ZodType }
  const next = def.innerType ?? def.in
  return next ? unwrap(next) : { def }
}

/** `auth.tokenLifetime` → DOCMGR_AUTH_TOKEN_LIFETIME */
function variableOf(key: string): string {
  const words = key.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll('.', '_')
  return `DOCMGR_${words.toUpperCase()}`
}

/** The value of a text such as `8000` or `a,b`. The schema validates it later. */
export function readText(setting: Setting, text: string): unknown {
  if (setting.list) {
    const items = text.split(',').map((item) => item.trim())
    return items.filter((item) => item !== '')
  }
  if (setting.boolean && /^(true|false)$/.test(text.trim())) return text.trim() === 'true'
  return setting.numeric && /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text
}
