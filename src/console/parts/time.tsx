import { exactTime, relativeTime } from '../text/catalogue.ts'

/** A time as people say it; the exact one, in their time zone, on hover. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={exactTime(at)}>
      {relativeTime(at)}
    </time>
  )
}
