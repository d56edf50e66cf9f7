import { createHash, type Hash } from 'node:crypto'
import { bytesEntry, CHECKSUMS_EVERY, type End, END_NAME, jsonEntry, numbered } from './archive-format.ts'
import { type Entry, writeTar } from './tar.ts'

/**
 * The bytes of an archive before compression.
 * @param entries the manifest and what follows it
 * @param endOf what the last entry says, asked for when all others have been written
 */
export function writeArchive(
  entries: AsyncIterable<Entry>,
  endOf: () => Omit<End, 'entries' | 'sha256'>,
  createdAt: Date,
): AsyncGenerator<Uint8Array> {
  return writeTar(withChecksums(entries, endOf), createdAt)
}

async function* withChecksums(
  entries: AsyncIterable<Entry>,
  endOf: () => Omit<End, 'entries' | 'sha256'>,
): AsyncGenerator<Entry> {
  const all = createHash('sha256')
  let [count, parts, lines] = [0, 0, '']
  const checksums = (): Entry => {
    const bytes = Buffer.from(lines)
    lines = ''
    all.update(bytes)
    return bytesEntry(`checksums/${numbered(++parts)}`, bytes)
  }
  for await (const entry of entries) {
    const hash = createHash('sha256')
    yield { ...entry, body: hashed(entry.body, hash) }
    lines += checksumLine(hash, entry.name)
    if (++count % CHECKSUMS_EVERY === 0) yield checksums()
  }
  if (lines !== '') yield checksums()
  yield jsonEntry(END_NAME, { ...endOf(), entries: count, sha256: all.digest('hex') })
}

/** Passes a body on and adds it to the hash. */
export async function* hashed(body: Entry['body'], hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    hash.update(chunk)
    yield chunk
  }
}

/** As sha256sum(1) prints it. */
export const checksumLine = (hash: Hash, name: string): string => `${hash.digest('hex')}  ${name}\n`
