import { pause, succeed } from '../wait.ts'
import type { Strike } from './service.ts'
import type { Link } from './toxiproxy.ts'
import { turns } from './turns.ts'

const HEAL_MS = 30_000

/** Disturbs the connections of docmgr in turn. */
export function linkStrikes(links: readonly Link[]): Record<string, Strike> {
  const byName = new Map(links.map((link) => [link.name, link]))
  const disturbed = (how: (link: Link) => Promise<void>): Strike => {
    const next = turns([...byName.keys()])
    return async (random) => {
      const link = byName.get(next(random.whole(0, 2 ** 31)))!
      await how(link)
      await pause(random.whole(2_000, 8_000))
      // Two strikes may heal one link at the same time.
      await succeed(HEAL_MS, 200, () => link.heal())
    }
  }
  return {
    cut: disturbed((link) => link.cut()),
    slow: disturbed((link) => link.slow(400)),
    'half-open': disturbed((link) => link.halfOpen()),
  }
}
