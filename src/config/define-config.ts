import type { ConfigInput } from './schema.ts'

export type { ConfigInput }

/** Gives docmgr.config.ts its types. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config
}
