/**
 * A time of the service in the zone of this machine, with the zone: `2026-03-01 10:00:00+01:00` (RFC 3339, 5.6, with a
 * space).
 * @param iso in UTC, as in JSON; what is no time is returned as it is
 */
export function localTime(iso: string): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return iso
  const eastMinutes = -time.getTimezoneOffset()
  const local = new Date(time.getTime() + eastMinutes * 60_000).toISOString().slice(0, 19)
  const [hours, minutes] = [Math.floor(Math.abs(eastMinutes) / 60), Math.abs(eastMinutes) % 60]
  return `${local.replace('T', ' ')}${eastMinutes < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`
}

const two = (value: number): string => String(value).padStart(2, '0')
