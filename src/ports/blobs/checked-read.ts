/** Reads objects and compares them with what their rows say. */
import { createHash } from 'node:crypto'
import { Readable, Transform, type TransformCallback } from 'node:stream'
import { DomainError } from '../../domain/errors.ts'
import type { OpenedObject } from './driver.ts'
import type { ByteRange, StoredObject } from './port.ts'

/** Up to this size an object is read and checked before its first byte is given out. */
export const SMALL_BYTES = 1024 * 1024

/** An object that is not the one of its row. */
export interface Damage {
  object: StoredObject
  kind: 'missing' | 'size' | 'altered'
  /** a sentence about the object */
  detail: string
}

export interface ReadingOptions {
  /** Undefined where there is no such object. @throws DomainError unavailable, anything unexpected */
  get(object: StoredObject, range?: ByteRange): Promise<OpenedObject | undefined>
  /** Resolves when every object can be read whose row was committed before. */
  catchUp(): Promise<void>
  /** Translates an error of a stream. */
  problemOf(error: unknown): unknown
  onDamage(damage: Damage): void
}

type Problem = Omit<Damage, 'object'>

/** @returns the two reading functions of the port */
export function createCheckedReads({ get, catchUp, problemOf, onDamage }: ReadingOptions) {
  const damaged = (object: StoredObject, problem: Problem): DomainError => {
    onDamage({ object, ...problem })
    return new DomainError('content-damaged', `the stored content is damaged: ${problem.detail}`)
  }

  /**
   * Tries twice: what the second attempt reads rightly was damaged on its way, or its row was seen in an event before it was
   * visible.
   */
  async function twice<T>(object: StoredObject, attempt: () => Promise<T | Problem>): Promise<T> {
    const first = await attempt()
    if (!isProblem(first)) return first
    if (first.kind === 'missing') await catchUp()
    const second = await attempt()
    if (isProblem(second)) throw damaged(object, second)
    return second
  }

  async function openOnce(object: StoredObject, range?: ByteRange): Promise<Readable | Problem> {
    const opened = await get(object, range)
    if (!opened) return { kind: 'missing', detail: 'its object is missing' }
    if (opened.size === object.size) return opened.stream
    opened.stream.destroy()
    return { kind: 'size', detail: `its object has ${opened.size} bytes instead of ${object.size}` }
  }

  async function readOnce(object: StoredObject): Promise<Buffer | Problem> {
    const stream = await openOnce(object)
    if (isProblem(stream)) return stream
    try {
      return await readInto(stream, object)
    } catch (error) {
      throw problemOf(error)
    }
  }

  const read = (object: StoredObject): Promise<Buffer> => twice(object, () => readOnce(object))

  return {
    read,

    async open(object: StoredObject, range?: ByteRange): Promise<Readable> {
      if (object.size <= SMALL_BYTES) {
        const bytes = await read(object)
        return Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes])
      }
      const isPart = range !== undefined && range.end - range.start + 1 < object.size
      const stream = await twice(object, () => openOnce(object, isPart ? range : undefined))
      if (isPart || object.sha256 === null) return stream
      const checked = new CheckedStream(object, (problem) => damaged(object, problem))
      stream.on('error', (error) => checked.destroy(problemOf(error) as Error))
      checked.on('close', () => stream.destroy())
      return stream.pipe(checked)
    },
  }
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'kind' in value && 'detail' in value

const ALTERED: Problem = { kind: 'altered', detail: 'the SHA-256 of its object is not the one of its row' }

/** Reads into one buffer of the known size: concatenating chunks would hold a large object in memory several times. */
async function readInto(
  stream: AsyncIterable<Uint8Array>,
  { size, sha256 }: StoredObject,
): Promise<Buffer | Problem> {
  const bytes = Buffer.allocUnsafe(size)
  const hash = createHash('sha256')
  let filled = 0
  for await (const chunk of stream) {
    if (filled + chunk.length > size)
      return { kind: 'size', detail: `its object has more than ${size} bytes` }
    bytes.set(chunk, filled)
    filled += chunk.length
    hash.update(chunk)
  }
  if (filled < size) return { kind: 'size', detail: `its object has ${filled} bytes instead of ${size}` }
  return sha256 === null || hash.digest('hex') === sha256 ? bytes : ALTERED
}

/** Passes an object on and holds back its last chunk until all of it is known to be right. */
class CheckedStream extends Transform {
  readonly #object: StoredObject
  readonly #damaged: (problem: Problem) => Error
  readonly #hash = createHash('sha256')
  #size = 0
  #held: Buffer | undefined

  constructor(object: StoredObject, damaged: (problem: Problem) => Error) {
    super()
    this.#object = object
    this.#damaged = damaged
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk)
    this.#size += chunk.length
    const { size } = this.#object
    if (this.#size > size)
      return done(this.#damaged({ kind: 'size', detail: `its object has more than ${size} bytes` }))
    const held = this.#held
    this.#held = chunk
    done(null, held)
  }

  override _flush(done: TransformCallback): void {
    const { size, sha256 } = this.#object
    if (this.#size !== size) {
      const detail = `its object has ${this.#size} bytes instead of ${size}`
      return done(this.#damaged({ kind: 'size', detail }))
    }
    if (this.#hash.digest('hex') !== sha256) return done(this.#damaged(ALTERED))
    done(null, this.#held)
  }
}
