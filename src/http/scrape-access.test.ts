/** Who reads metrics and the details of readiness where auth.scrapeToken is set. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TEST_FILE } from '../testing/test-file.ts'
import { startTestService } from '../testing/test-service.ts'

const scrapeToken = 'qM3vT0xZrB8sY1kD6hNwPfJcL2aUeGi9'

for (const mode of ['open', 'required'] as const) {
  test(`with a scrape token, metrics and the details of readiness are for who has it, and administrators: ${mode}`, async () => {
    const service = await startTestService(
      { roles: ['document'], settings: { auth: { mode, scrapeToken } } },
      TEST_FILE,
    )
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
    const callers: [headers: Record<string, string>, status: number][] = [
      [{}, 401],
      [bearer('x'.repeat(32)), 401],
      [bearer(service.token()), 403],
      [bearer(service.token({ admin: true })), 200],
      [bearer(scrapeToken), 200],
    ]
    for (const [headers, status] of callers) {
      const about = JSON.stringify(headers)
      // Scrapers add parameters of their own.
      const metrics = await service.request('GET', '/metrics?debug=1', undefined, headers)
      assert.deepEqual(
        [metrics.status, (await metrics.text()).includes('docmgr_build_info')],
        [status, status === 200],
        about,
      )
      const ready = await service.get('/health/ready', headers)
      assert.deepEqual([ready.status, ready.body.status], [200, 'ready'], about)
      assert.equal('checks' in ready.body, status === 200, about)
    }
    assert.equal((await service.get('/documents', bearer(scrapeToken))).status, 401)
  })
}
