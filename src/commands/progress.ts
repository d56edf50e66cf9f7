import { Format, SingleBar } from 'cli-progress'
import { type Io } from './io.ts'

export interface Progress {
  advance(count?: number): void
  /** Removes the bar, so that the next output starts on an empty line. */
  end(): void
}

/** Shows a progress bar on standard error if it is a terminal. */
export function startProgress(io: Io, total: number, unit: string): Progress {
  if (!io.interactive || total === 0) return { advance: () => {}, end: () => {} }
  const bar = new SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    fps: 10,
    etaBuffer: 200,
    format: (options, { progress, value, total, eta }, _payload) => {
      const drawn = Format.BarFormat(progress, options)
      const percent = String(Math.floor(progress * 100)).padStart(3)
      const left = eta > 0 && Number.isFinite(eta) ? `, ${duration(eta)} left` : ''
      return `${io.errorColors.cyan(drawn)} ${percent} %  ${value} of ${total} ${unit}${left}`
    },
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    gracefulExit: false,
  })
  bar.start(total, 0)
  return {
    advance: (count = 1) => bar.increment(count),
    end: () => bar.stop(),
  }
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`
}
