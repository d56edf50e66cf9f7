import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { deferred, within } from '../../testing/deadline.ts'
import { pdf } from '../../testing/sample-files.ts'
import { imageOf, imagePdf, pngFile, pngOf, tiffOf } from '../../testing/scanned-files.ts'
import { TEST_FILE } from '../../testing/test-file.ts'
import { createPageDrawer, type PageDrawerLimits } from './page-drawer.ts'

function drawerWith(limits: Partial<PageDrawerLimits> = {}) {
  const drawer = createPageDrawer({ timeoutMs: 60_000, ...limits })
  TEST_FILE.after(() => drawer.stop())
  return drawer
}
const drawer = drawerWith()
let contents = 0
const draw = (bytes: Uint8Array, page = 1, by = drawer) =>
  by.read(`content-${contents++}`, async () => ({ bytes, page, scale: 1 }))
const sizeOf = (png: Uint8Array): number[] => {
  const bytes = Buffer.from(png)
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
}

test('images are drawn in the size of a page at most, and each page of a TIFF', async () => {
  const image = await imageOf('The tenant pays the rent.')
  const longer = Math.max(image.width, image.height)
  const size = [image.width, image.height].map((side) => Math.floor((side * 842) / longer))
  for (const [bytes, page] of [
    [pngOf(image), 1],
    [tiffOf([image, image]), 2],
  ] as const) {
    const drawn = await draw(bytes, page)
    assert.ok(drawn.outcome === 'picture', JSON.stringify(drawn))
    assert.deepEqual(sizeOf(drawn.png), size)
  }
  assert.deepEqual(await draw(tiffOf([image, image]), 3), { outcome: 'beyond', total: 2 })
})

test('hostile: a page of 100,000 × 100,000 points is small, and images that inflate to gigabytes fail', async () => {
  const { pixels, ...size } = await imageOf('x')
  const huge = imagePdf([{ ...size, bytes: deflateSync(pixels) }], '/MediaBox [0 0 100000 100000]')
  const drawn = await draw(huge)
  assert.ok(drawn.outcome === 'picture', JSON.stringify(drawn))
  const [width = 0, height = 0] = sizeOf(drawn.png)
  assert.ok(width > 0 && width * height <= 20e6, `${width} × ${height}`)
  const bomb = await draw(pngFile(100_000, 100_000, deflateSync(Buffer.alloc(1_000_000))))
  assert.match(JSON.stringify(bomb), /"failed".*an image of 100000 × 100000 pixels/)
  for (const bytes of [pngOf({ ...size, pixels }).subarray(0, 60), Buffer.from('%PDF-1.4\n1 0 obj\n')])
    assert.equal((await draw(bytes)).outcome, 'failed')
})

test('a page that takes too long or too much memory costs only itself', async () => {
  // It takes longer to draw than the memory is watched again.
  const page = pdf(['The rent is due.'], { page: '/CropBox [0 0 4000 4000] /MediaBox [0 0 4000 4000]' })
  for (const [limits, reason] of [
    [{ timeoutMs: 1 }, /took longer/],
    [{ maxMemoryMb: 16 }, /needs more memory/],
  ] as const) {
    const short = drawerWith(limits)
    for (let n = 0; n < 2; n++) {
      const drawn = await draw(page, 1, short)
      assert.equal(drawn.outcome, 'failed')
      assert.match(JSON.stringify(drawn), reason)
    }
  }
  assert.equal((await draw(page)).outcome, 'picture')
})

test('only so many pages wait for a process, and not for ever', async () => {
  const busy = drawerWith({ concurrency: 1, maxQueue: 1, waitMs: 50 })
  const blocked = deferred()
  const first = busy.read('a', async () => {
    await blocked.promise
    return { bytes: pdf(['x']), page: 1, scale: 1 }
  })
  const second = draw(pdf(['x']), 1, busy)
  await assert.rejects(draw(pdf(['x']), 1, busy), { code: 'unavailable', message: /too many pages wait/ })
  await assert.rejects(within(10_000, 'a refusal', second), {
    code: 'unavailable',
    message: /too many pages wait/,
  })
  blocked.resolve()
  assert.equal((await first).outcome, 'picture')
  busy.stop()
  await assert.rejects(draw(pdf(['x']), 1, busy), { code: 'unavailable' })
})
