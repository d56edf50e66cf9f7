/**
 * How the distributed profile scales: each role as a process of its own on the servers of docker/native, against programs
 * of this folder that do the least that the same job needs, in one run on this machine.
 *
 *   npm run bench:stack [-- NAME…] [-- --quick] [-- --json]
 */
import { runBench } from './run-bench.ts'
import { MEASUREMENTS } from './stack/measurements.ts'
import { openStackBench } from './stack/open-stack-bench.ts'

await runBench({
  command: 'node dist/bench/bench-stack.js',
  measurements: MEASUREMENTS,
  open: openStackBench,
})
