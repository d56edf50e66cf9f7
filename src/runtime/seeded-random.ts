/** Pseudorandom values that depend only on the seed. */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number
  /** min ≤ n ≤ max */
  whole(min: number, max: number): number
  pick<T>(items: readonly T[]): T
  /** `count` different items, in random order */
  sample<T>(items: readonly T[], count: number): T[]
}

/** mulberry32 over a hash of the parts, so that adjacent seeds give unrelated values. */
export function createRandom(...parts: readonly number[]): Random {
  let state = parts.reduce((mixed, part) => mix(mixed ^ mix(part + 0x9e3779b9)), 0x85ebca6b)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    whole,
    pick: (items) => items[whole(0, items.length - 1)]!,
    sample(items, count) {
      const left = [...items]
      const chosen: typeof left = []
      while (chosen.length < count && left.length > 0)
        chosen.push(...left.splice(whole(0, left.length - 1), 1))
      return chosen
    },
  }
}

/** The finalizer of MurmurHash3. */
function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
