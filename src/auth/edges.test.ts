/** The same tokens over every edge. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openEdges } from '../testing/edges.ts'
import { TEST_FILE } from '../testing/test-file.ts'
import { startTestService } from '../testing/test-service.ts'
import { TOKEN_CASES, TOKEN_SETTINGS } from '../testing/token-cases.ts'

const service = await startTestService(
  {
    roles: ['document', 'ws'],
    settings: { auth: { mode: 'required', secret: TOKEN_SETTINGS.secret }, listen: { grpc: 0 } },
  },
  TEST_FILE,
)

for (const [edge, reasonOf] of Object.entries(await openEdges(service, TEST_FILE))) {
  test(`${edge} accepts and refuses the same tokens as the others, with the reason`, async () => {
    for (const { name, make, reason } of TOKEN_CASES) {
      const answer = await reasonOf(make(Math.floor(Date.now() / 1000)))
      if (reason) assert.match(String(answer), reason, name)
      else assert.equal(answer, undefined, name)
      assert.doesNotMatch(String(answer), /ada@example|secret/, name)
    }
  })
}
