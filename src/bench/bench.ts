/**
 * What docmgr costs, from one run on this machine.
 *
 *   npm run bench [-- NAME…] [-- --quick] [-- --json]
 */
import { MEASUREMENTS } from './measurements.ts'
import { openBench } from './open-bench.ts'
import { runBench } from './run-bench.ts'
import { FULL, QUICK } from './scale.ts'

await runBench({
  command: 'node dist/bench/bench.js',
  opening: 'starting docmgr on an empty folder',
  measurements: MEASUREMENTS,
  full: FULL,
  quick: QUICK,
  open: (scale) => openBench(scale),
})
