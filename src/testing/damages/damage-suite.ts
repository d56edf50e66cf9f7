/** verify against a populated service with many damages of every kind. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { createUuidV7 } from '../../runtime/ids.ts'
import { createRandom, type Random } from '../../runtime/seeded-random.ts'
import type { Expected, Inflict, Material } from './inflict.ts'
import { CACHE_KINDS, DAMAGE_KINDS } from './kinds.ts'
import { inParallel, populate, type Population, settled } from './populate.ts'
import { ROW_KINDS } from './row-kinds.ts'
import type { DamageTarget } from './target.ts'

/** `DAMAGES=10000` for more than a test asks for. */
const COUNT = Number(process.env['DAMAGES'] || 0)
/** `DAMAGE_SEED=…` repeats a run. */
const SEED = Number(process.env['DAMAGE_SEED'] || Date.now() % 1_000_000)
/** Documents that are not damaged, for each that is. */
const SOUND = 0.1

interface Report {
  found: number
  repaired: number
  left: number
  damages: { kind: string; subject: string; repaired: boolean }[]
}

async function verify(target: DamageTarget, ...args: string[]): Promise<Report> {
  const { code, stdout, stderr } = await target.verify('--json', '--grace', '0', '--settle', '1', ...args)
  assert.ok(code === 0 || code === 3, stderr)
  const report = JSON.parse(stdout) as Report
  assert.equal(code, report.left === 0 ? 0 : 3)
  return report
}

const listed = ({ damages }: Report, repaired?: boolean): string[] =>
  damages
    .filter((damage) => repaired === undefined || damage.repaired === repaired)
    .map(({ kind, subject }) => `${kind} ${subject}`)

function compare(actual: string[], expected: string[]): void {
  const [found, done] = [new Set(actual), new Set(expected)]
  const missed = expected.filter((one) => !found.has(one))
  const invented = actual.filter((one) => !done.has(one))
  assert.deepEqual({ missed, invented, count: actual.length }, { missed: [], invented: [], count: done.size })
}

/**
 * Populates, damages, and compares what verify finds, repairs and leaves with what was done.
 * @param timesEach damages of each kind
 */
export async function runDamages(
  t: Pick<TestContext, 'diagnostic'>,
  target: DamageTarget,
  timesEach: number,
): Promise<void> {
  const begun = performance.now()
  const lap = (what: string): void =>
    t.diagnostic(`${what} after ${Math.round(performance.now() - begun)} ms`)
  const kinds = { ...DAMAGE_KINDS, ...(target.redis && CACHE_KINDS) }
  const names = Object.keys(kinds)
  const count = COUNT || timesEach * names.length
  t.diagnostic(`DAMAGES=${count} DAMAGE_SEED=${SEED}, ${names.length} kinds`)
  const random = createRandom(SEED)
  const each = Math.ceil(count / names.length)
  const population = await populate(target, {
    documents: Math.ceil(each * names.length * (1 + SOUND)),
    signed: Math.ceil(each * 17),
    deleted: Math.ceil(each * 4),
    texts: Math.ceil(each * 4),
  })
  lap('populated')
  const done = await inflict(target, kinds, materialOf(population, random), count)
  const repairable = done.flatMap(({ repairable: some = [] }) => some)
  const lasting = done.flatMap(({ lasting: some = [] }) => some)

  lap('damaged')
  const found = await verify(target)
  lap('verified')
  compare(listed(found), [...repairable, ...lasting])
  assert.equal(found.repaired, 0)

  const repaired = await verify(target, '--repair')
  compare(listed(repaired, true), repairable)
  compare(listed(repaired, false), lasting)
  lap('repaired')
  await settled(target)
  compare(listed(await verify(target)), lasting)

  await inParallel(done.length, async (n) => done[n]!.restore?.())
  await settled(target)
  compare(listed(await verify(target)), [])
}

/** Round robin over the kinds, those of rows first, because the index follows some of them. */
async function inflict(
  target: DamageTarget,
  kinds: Record<string, Inflict>,
  material: Material,
  count: number,
): Promise<Expected[]> {
  const all = Object.values(kinds)
  const plan = Array.from({ length: count }, (_, n) => all[n % all.length]!)
  const ofRows = new Set(Object.values(ROW_KINDS))
  const run = (some: Inflict[]): Promise<Expected[]> =>
    inParallel(some.length, (n) => some[n]!(target, material))
  const first = await run(plan.filter((one) => ofRows.has(one)))
  await settled(target)
  return [...first, ...(await run(plan.filter((one) => !ofRows.has(one))))]
}

function materialOf(population: Population, random: Random): Material {
  const newId = createUuidV7()
  const takerOf = <T>(items: readonly T[]) => {
    const shuffled = random.sample(items, items.length)
    return (): T => {
      const one = shuffled.pop()
      if (one === undefined) throw new Error('the population is too small')
      return one
    }
  }
  return {
    document: takerOf(population.documents),
    signed: takerOf(population.signed),
    deleted: takerOf(population.deleted),
    text: takerOf(population.texts),
    newId,
    random,
  }
}
