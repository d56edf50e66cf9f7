/**
 * The time of day in milliseconds with a fraction, which Date.now() lacks: for comparing a moment here with one that
 * another process of this machine has written down. Call it again before each measurement.
 */
export function calibrateClock(): () => number {
  const started = Date.now()
  let now = started
  while (now === started) now = Date.now()
  const offset = now - performance.now()
  return () => offset + performance.now()
}
