import { gunzipSync, gzipSync } from 'node:zlib'
import type { Inflict } from './inflict.ts'
import { bytesOf, putBytes } from './target.ts'

const findingOf = (key: string): string => `text-altered documents/${key}`

/** Damages of what was read of contents, which is read again. */
export const TEXT_KINDS: Record<string, Inflict> = {
  async 'a kept text is another one'(target, { text }) {
    const key = text()
    const json = gunzipSync(await bytesOf(target, 'documents', key)).toString()
    await putBytes(target, 'documents', key, gzipSync(json.replace('plover', 'lapwing')))
    return { repairable: [findingOf(key)] }
  },

  async 'a kept text is truncated'(target, { text, random }) {
    const key = text()
    const bytes = await bytesOf(target, 'documents', key)
    await putBytes(target, 'documents', key, bytes.subarray(0, random.whole(0, bytes.length - 1)))
    return { repairable: [findingOf(key)] }
  },

  async 'the kept texts of two contents are swapped'(target, { text }) {
    const keys = [text(), text()] as const
    const [one, other] = await Promise.all(keys.map((key) => bytesOf(target, 'documents', key)))
    await putBytes(target, 'documents', keys[0], other!)
    await putBytes(target, 'documents', keys[1], one!)
    return { repairable: keys.map(findingOf) }
  },
}
