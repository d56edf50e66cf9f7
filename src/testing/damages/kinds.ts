import type { Random } from '../../runtime/seeded-random.ts'
import type { Bucket } from '../../ports/blobs/port.ts'
import { HISTORY_KINDS } from './history-kinds.ts'
import { INDEX_KINDS } from './index-kinds.ts'
import type { Expected, Inflict } from './inflict.ts'
import { ROW_KINDS } from './row-kinds.ts'
import { TEXT_KINDS } from './text-kinds.ts'
import { bytesOf, type DamageTarget, putBytes } from './target.ts'

const contentKey = (id: string): string => `${id}/content`
const imageKey = (id: string): string => `${id}/signature.png`

async function damageObject(
  target: DamageTarget,
  [bucket, key]: [Bucket, string],
  finding: string,
  change: (bytes: Buffer) => Buffer | undefined,
): Promise<Expected> {
  const bytes = await bytesOf(target, bucket, key)
  const damaged = change(Buffer.from(bytes))
  if (damaged) await putBytes(target, bucket, key, damaged)
  else await target.blobs.delete(bucket, key)
  return { lasting: [finding], restore: () => putBytes(target, bucket, key, bytes) }
}

function flip(bytes: Buffer, random: Random): Buffer {
  bytes[random.whole(0, bytes.length - 1)]! ^= 1 << random.whole(0, 7)
  return bytes
}

const ofContent =
  (change: (bytes: Buffer, random: Random) => Buffer | undefined): Inflict =>
  (target, { document, random }) => {
    const id = document()
    return damageObject(target, ['documents', contentKey(id)], `content ${id}`, (bytes) =>
      change(bytes, random),
    )
  }

const ofImage =
  (change: (bytes: Buffer, random: Random) => Buffer | undefined): Inflict =>
  (target, { signed, random }) => {
    const { signature } = signed()
    const object = ['signatures', imageKey(signature)] as [Bucket, string]
    return damageObject(target, object, `image ${signature}`, (bytes) => change(bytes, random))
  }

const OBJECT_KINDS: Record<string, Inflict> = {
  'a byte of a content is flipped': ofContent(flip),
  'a content is truncated': ofContent((bytes, random) =>
    bytes.subarray(0, random.whole(1, bytes.length - 1)),
  ),
  'a content is emptied': ofContent(() => Buffer.alloc(0)),
  'a content is longer': ofContent((bytes) => Buffer.concat([bytes, bytes])),
  'a content is removed': ofContent(() => undefined),
  'a signature image is altered': ofImage(flip),
  'a signature image is removed': ofImage(() => undefined),

  async 'two contents are swapped'(target, { document }) {
    const ids = [document(), document()] as const
    const [one, other] = await Promise.all(ids.map((id) => bytesOf(target, 'documents', contentKey(id))))
    const put = (id: string, bytes: Buffer) => putBytes(target, 'documents', contentKey(id), bytes)
    await put(ids[0], other!)
    await put(ids[1], one!)
    return {
      lasting: ids.map((id) => `content ${id}`),
      restore: () => Promise.all([put(ids[0], one!), put(ids[1], other!)]),
    }
  },

  async 'an object has no row'(target, { newId, random }) {
    const [bucket, key] = random.pick([
      ['documents', contentKey(newId())],
      ['documents', `odd.${newId()}`],
      ['signatures', imageKey(newId())],
    ] as [Bucket, string][])
    await putBytes(target, bucket, key, Buffer.from('stray'))
    return {
      lasting: [`object-without-row ${bucket}/${key}`],
      restore: () => target.blobs.delete(bucket, key),
    }
  },
}

/** By what has happened. */
export const DAMAGE_KINDS: Record<string, Inflict> = {
  ...OBJECT_KINDS,
  ...TEXT_KINDS,
  ...ROW_KINDS,
  ...HISTORY_KINDS,
  ...INDEX_KINDS,
}

/** What only a cache that processes share can have. */
export const CACHE_KINDS: Record<string, Inflict> = {
  async 'a cached document is stale'({ http, redis }, { document }) {
    const id = document()
    await fetch(`${http}/documents/${id}`)
    const cached = JSON.parse((await redis!.get(`document:${id}`))!) as object
    await redis!.set(`document:${id}`, JSON.stringify({ ...cached, title: 'Stale' }))
    return { repairable: [`cached-document ${id}`] }
  },

  async 'a cached document cannot be read'({ http, redis }, { document }) {
    const id = document()
    await fetch(`${http}/documents/${id}`)
    const cached = (await redis!.get(`document:${id}`))!
    await redis!.set(`document:${id}`, cached.replace('"title"', '"title'))
    return { repairable: [`cached-document ${id}`] }
  },

  async 'a cached counter is wrong'({ http, redis }, { document, random }) {
    const id = document()
    await fetch(`${http}/documents/${id}`)
    await redis!.set(`views:${id}`, String(random.whole(100, 1_000)))
    return { repairable: [`cached-counter ${id}`] }
  },
}
