import type { Pool } from 'undici'

/** A metric of the service that has no labels; undefined where its roles have no such metric. */
export async function readMetric(pool: Pool, name: string): Promise<number | undefined> {
  const { body } = await pool.request({ method: 'GET', path: '/metrics' })
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(await body.text())?.[1]
  return value === undefined ? undefined : Number(value)
}
