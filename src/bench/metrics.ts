import type { Pool } from 'undici'

/** A metric of the service that has no labels. */
export async function readMetric(pool: Pool, name: string): Promise<number> {
  const { body } = await pool.request({ method: 'GET', path: '/metrics' })
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(await body.text())?.[1]
  if (value === undefined) throw new Error(`the service has no metric ${name}`)
  return Number(value)
}
