import type { Random } from '../../runtime/seeded-random.ts'
import type { Signed } from './populate.ts'
import type { DamageTarget } from './target.ts'

/** What verify has to say of one damage. */
export interface Expected {
  /** `KIND SUBJECT`, which `--repair` repairs */
  repairable?: string[]
  /** `KIND SUBJECT`, which it cannot repair */
  lasting?: string[]
  /** what a person does about it */
  restore?: () => Promise<unknown>
}

/** What a kind of damage takes of the population. */
export interface Material {
  document(): string
  signed(): Signed
  deleted(): string
  /** key of the object with a text that was read */
  text(): string
  newId(): string
  random: Random
}

/** Does one damage. */
export type Inflict = (target: DamageTarget, take: Material) => Promise<Expected>
