import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { Api } from '../client/api.ts'
import type { Upload } from '../client/documents-api.ts'
import { localUser } from '../client/local-user.ts'
import { contentTypeOf } from '../extraction/content-type.ts'
import { CommandError, EXIT, exitCodeOf } from './exit-codes.ts'
import { reasonOf } from './import/find-files.ts'
import { HEAD_BYTES, readHead } from './import/read-head.ts'
import type { Io } from './io.ts'
import type { ServiceOptions } from './options.ts'
import { printable } from './printable.ts'
import { withService } from './with-service.ts'

export interface CreateOptions extends ServiceOptions {
  title?: string
  createdBy?: string
  contentType?: string
  json?: boolean
}

type Content = Pick<Upload, 'size' | 'open' | 'contentType' | 'file_name'>

const STANDARD_INPUT = '-'
/** Standard input is kept in memory, for another attempt. */
const MAX_INPUT_BYTES = 256 * 1024 * 1024

/** Creates a document from each file. One that fails does not stop the others. */
export async function create(files: string[], options: CreateOptions, io: Io): Promise<number> {
  checkUsage(files, options)
  return withService(options, io, 1, async ({ api, service }) => {
    // The service takes the user of a token that someone gave; who that is, only the service knows.
    const owner = options.createdBy ?? (service.hasGivenToken ? undefined : localUser().email)
    let code: number = EXIT.done
    for (const file of files) {
      try {
        await createOne(api, file, owner, options, io)
      } catch (error) {
        io.signal.throwIfAborted()
        if (files.length === 1 || exitCodeOf(error as Error) !== EXIT.failed) throw error
        io.note(`${io.errorColors.red('error:')} ${(error as Error).message}`)
        code = EXIT.failed
      }
    }
    return code
  })
}

function checkUsage(files: string[], { title }: CreateOptions): void {
  if (files.length > 1 && title !== undefined)
    throw new CommandError('--title: only with one file; without it, each document gets its own', EXIT.usage)
  if (files.filter((file) => file === STANDARD_INPUT).length > 1)
    throw new CommandError('-: standard input can be read only once', EXIT.usage)
  if (files.includes(STANDARD_INPUT) && title === undefined)
    throw new CommandError('--title is required for standard input', EXIT.usage)
}

async function createOne(
  api: Api,
  file: string,
  owner: string | undefined,
  options: CreateOptions,
  io: Io,
): Promise<void> {
  const { contentType, ...content } = await contentOf(file, io)
  if (content.size === 0) throw new CommandError(`${printable(file)}: it is empty`)
  const upload = {
    ...content,
    ...(options.title !== undefined && { title: options.title }),
    contentType: options.contentType ?? contentType,
    ...(owner !== undefined && { created_by: owner }),
  }
  const document = await api.uploadDocument(upload, `create-${randomUUID()}`).catch((error: Error) => {
    if (exitCodeOf(error) === EXIT.failed) error.message = `${printable(file)}: ${error.message}`
    throw error
  })
  if (options.json) return io.json(document)
  if (io.isTerminal) io.note(`${io.errorColors.green('✓')} Created ${printable(document.title)}`)
  io.out(document.id)
}

async function contentOf(file: string, io: Io): Promise<Content> {
  if (file === STANDARD_INPUT) return buffered(io.input)
  try {
    const stats = await stat(file)
    if (stats.isDirectory()) throw new CommandError('is a folder: use `docmgr import`')
    // Of a pipe, such as <(…) of a shell, the size is not known.
    if (!stats.isFile()) return { ...(await buffered(createReadStream(file))), file_name: basename(file) }
    return {
      file_name: basename(resolve(file)),
      contentType: await contentTypeOf(basename(file), await readHead(file)),
      size: stats.size,
      open: () => createReadStream(file, { highWaterMark: 256 * 1024 }),
    }
  } catch (error) {
    io.signal.throwIfAborted()
    throw new CommandError(`${printable(file)}: ${reasonOf(error as Error)}`)
  }
}

async function buffered(stream: Readable): Promise<Omit<Content, 'file_name'>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_INPUT_BYTES)
      throw new CommandError(`it has more than ${MAX_INPUT_BYTES} bytes; create it from a file`)
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  const contentType = await contentTypeOf('', bytes.subarray(0, HEAD_BYTES))
  return { contentType, size, open: () => Readable.from([bytes]) }
}
