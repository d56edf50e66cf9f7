/** Contents that could do harm, and what the extractor may say to them. */
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { joinedText } from './joined-text.ts'
import { createExtractor, type Extraction } from '../extraction/extractor.ts'
import { silentLogger } from '../runtime/logger.ts'
import { pdf } from './sample-files.ts'
import { writeZip, type ZipFile } from '../runtime/write-zip.ts'

// More time than the default, for machines that do much else at the same time.
const extractor = createExtractor({ log: silentLogger, limits: { timeoutMs: 60_000 } })
after(() => extractor.stop())

/** What the extractor says to a content that must cost only itself: the next one is read as ever. */
export async function survive(contentType: string, content: string | Uint8Array): Promise<Extraction> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  // Computing, not waiting: a busy machine makes anyone wait, but nobody compute more.
  const before = process.cpuUsage()
  const extraction = await extractor.extract({ contentType, bytes })
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < 500e3, `this process computed for ${(user + system) / 1e3} ms`)
  const next = await extractor.extract({ contentType: 'application/pdf', bytes: pdf(['still here']) })
  assert.deepEqual(next, { outcome: 'text', parts: [{ page: 1, text: 'still here' }], cut: false, pages: 1 })
  return extraction
}

export function assertFailed(extraction: Extraction, expected: RegExp): void {
  assert.equal(extraction.outcome, 'failed', JSON.stringify(extraction).slice(0, 500))
  if (extraction.outcome === 'failed') assert.match(extraction.reason, expected)
}

export function assertText(extraction: Extraction, expected: RegExp): void {
  assert.equal(extraction.outcome, 'text', JSON.stringify(extraction).slice(0, 500))
  if (extraction.outcome === 'text') assert.match(joinedText(extraction.parts), expected)
}

/** An archive of the entries, one of them followed by blanks and deflated. */
export function deflatedZip(entries: readonly ZipFile[], bomb: string, megabytes: number): Buffer {
  const blanks = Buffer.alloc(megabytes * 1024 * 1024, ' ')
  const sizes = new Map(entries.map((entry) => [entry.name, entry.bytes.length]))
  const packed = entries.map(({ name, bytes }) =>
    name === bomb ? { name, bytes: deflateRawSync(Buffer.concat([bytes, blanks])) } : { name, bytes },
  )
  const zip = writeZip(packed)
  const at = zip.lastIndexOf(bomb) - 46
  zip.writeUInt16LE(8, at + 10)
  zip.writeUInt32LE(sizes.get(bomb)! + blanks.length, at + 24)
  return zip
}
