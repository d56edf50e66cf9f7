/** Decisions that depend on a seed and a name only, so that each client and the strikes have a sequence of their own. */
export interface Random {
  /** from 0 to less than 1 */
  next(): number
  /** a whole number from `least` to `most` */
  whole(least: number, most: number): number
  pick<T>(values: readonly T[]): T
  shuffle<T>(values: readonly T[]): T[]
  bytes(length: number): Buffer
}

/** mulberry32 over a hash (FNV-1a) of seed and name */
export function createRandom(seed: number, name: string): Random {
  let state = 2_166_136_261
  for (const byte of Buffer.from(`${seed}/${name}`)) state = Math.imul(state ^ byte, 16_777_619)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    whole,
    pick: (values) => values[whole(0, values.length - 1)]!,
    shuffle(values) {
      const left = [...values]
      for (let last = left.length - 1; last > 0; last--) {
        const other = whole(0, last)
        ;[left[last], left[other]] = [left[other]!, left[last]!]
      }
      return left
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => whole(0, 255))),
  }
}
