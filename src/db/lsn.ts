/** Log sequence number: an offset in PostgreSQL's log in bytes (type pg_lsn). */
export type Lsn = bigint

/** @param text such as `0/16B3748` */
export function parseLsn(text: string): Lsn {
  const [high, low] = text.split('/') as [string, string]
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`.toUpperCase()
}
