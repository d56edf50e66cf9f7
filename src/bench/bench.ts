/**
 * What docmgr costs, from one run on this machine.
 *
 *   npm run bench [-- NAME…] [-- --quick] [-- --json]
 */
import { MEASUREMENTS } from './measurements.ts'
import { openBench } from './open-bench.ts'
import { runBench } from './run-bench.ts'

await runBench({
  command: 'node dist/bench/bench.js',
  measurements: MEASUREMENTS,
  open: (scale) => openBench(scale),
})
