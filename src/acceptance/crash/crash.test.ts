/**
 * Rounds of kill -9 under writes, on one data folder. A seed decides what is written, what is killed and when:
 * CRASH_SEED repeats one, except for the timing of the machine. CRASH_ROUNDS sets the number of rounds, CRASH_VERBOSE=1
 * prints each.
 */
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { createRandom } from '../../testing/random.ts'
import { describePlan, planRound } from './plan.ts'
import { CrashHarness } from './crash-harness.ts'

const seed = Number(process.env['CRASH_SEED'] ?? randomInt(2 ** 31))
const rounds = Number(process.env['CRASH_ROUNDS'] ?? 50)

test(
  `nothing acknowledged is lost in ${rounds} rounds of kill -9, seed ${seed}`,
  { timeout: 120_000 + rounds * 20_000 },
  async (t) => {
    const harness = await CrashHarness.create(seed)
    t.after(() => harness.dispose())
    let place = ''
    try {
      for (let number = 0; number < rounds; number++) {
        const plan = planRound(createRandom(seed, number))
        place = `round ${number}: ${describePlan(plan)}`
        const begun = performance.now()
        await harness.round(number, plan)
        const took = Math.round(performance.now() - begun)
        if (process.env['CRASH_VERBOSE']) process.stdout.write(`${place} (${took} ms)\n`)
      }
      place = 'the last comparison'
      await harness.finish()
    } catch (error) {
      const { message } = error as Error
      throw new Error(
        `${place}; CRASH_SEED=${seed} repeats it: ${message}\nEnd of docmgr's log: ${harness.log}`,
        { cause: error },
      )
    }
    for (const [what, times] of [...harness.tally].sort()) t.diagnostic(`${what}: ${times}`)
  },
)
