import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { rolesThatUse } from '../../config/roles.ts'
import type { Config } from '../../config/schema.ts'
import { adapterOf } from '../../ports/adapters.ts'
import type { Checks } from './finding.ts'

/** Checks the file of the search index, where a role here has one. */
export function checksOfSearchIndex({ search, data, roles }: Config): Checks {
  const { fileState } = adapterOf('search', search.url)
  if (fileState === undefined || !rolesThatUse('search').some((role) => roles.includes(role))) return {}
  return {
    'search index': async () => {
      const state = await fileState(data)
      if (state === undefined) return { state: 'ok', detail: 'the next start makes it and fills it' }
      const { path, bytes, isDamaged } = state
      const detail = `${path}, ${(bytes / 1e6).toFixed(1)} MB`
      if (isDamaged) {
        const fix = 'start docmgr again: it builds a new one in the background'
        return { state: 'problem', detail: `${detail}: is damaged`, fix }
      }
      try {
        await access(path, constants.R_OK | constants.W_OK)
      } catch {
        const fix = 'change its owner or mode, or remove it: the next start builds a new one'
        return { state: 'problem', detail: `${path} cannot be read and written by this user`, fix }
      }
      return { state: 'ok', detail }
    },
  }
}
