import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inflateSync } from 'node:zlib'
import { pdf } from '../../testing/sample-files.ts'
import { decodeImage } from './decode-image.ts'
import { encodePng } from './png.ts'
import { readPages } from './read-pages.ts'

const picture = (colours: number[][]) => ({
  width: colours.length,
  height: 1,
  pixels: Uint8Array.from(colours.flatMap((colour) => [...colour, 255])),
})

test('a picture without colour is grey, and another one has the differences of neighbours', async () => {
  const grey = encodePng(picture([[0, 0, 0], [200, 200, 200]])) // prettier-ignore
  assert.equal(grey[25], 0)
  assert.deepEqual([...inflateSync(grey.subarray(41, -16))], [0, 0, 200])
  const coloured = encodePng(picture([[10, 20, 30], [5, 20, 60]])) // prettier-ignore
  assert.equal(coloured[25], 2)
  assert.deepEqual([...inflateSync(coloured.subarray(41, -16))], [1, 10, 20, 30, 251, 0, 30])
  // Another decoder agrees.
  assert.deepEqual((await decodeImage(coloured)).subarray(16, 24), coloured.subarray(16, 24))
})

test('a page of a PDF has two pixels for each point at scale 2, and is not empty', async () => {
  const bytes = pdf(['The rent is due.', 'Second'])
  const drawn = await readPages({ bytes, page: 2, scale: 2 })
  assert.ok(drawn.outcome === 'picture')
  const png = Buffer.from(drawn.png)
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20), png[25]], [1224, 1584, 0])
  const rows = inflateSync(png.subarray(41, -16))
  assert.ok(rows.some((value) => value > 1 && value < 100), 'nothing is drawn') // prettier-ignore
  assert.deepEqual(await readPages({ bytes, page: 3, scale: 2 }), { outcome: 'beyond', total: 2 })
  const size = { width: 612, height: 792 }
  assert.deepEqual(await readPages({ bytes }), { outcome: 'sizes', total: 2, sizes: [size, size] })
})
