import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

/** What the figures depend on. */
export interface Machine {
  cores: number
  model: string
  memoryGb: number
  node: string
  platform: string
  /** processes that ran or wanted to, on average over the minute before the start: above 1.5, latencies are not worth much */
  load: number
}

export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    model: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    load: Math.round(loadavg()[0]! * 10) / 10,
  }
}

export function machineLine({ cores, model, memoryGb, node, platform, load }: Machine): string {
  return `${cores} cores (${model}), ${memoryGb} GB, ${platform}, Node ${node}, load before the run ${load}`
}
