import { basename } from 'node:path'
import { receiveContent } from '../client/receive-content.ts'
import { EXIT } from './exit-codes.ts'
import { type NewFile, openNewFile } from './new-file.ts'
import type { Io } from './io.ts'
import type { ServiceOptions } from './options.ts'
import { printable } from './printable.ts'
import { withService } from './with-service.ts'

export interface DownloadOptions extends ServiceOptions {
  output?: string
  clobber?: boolean
  json?: boolean
}

const STANDARD_OUTPUT = '-'

/**
 * Writes the content of a document to a file, which appears only once it is complete and has the digest that the service
 * names.
 */
export async function download(id: string, options: DownloadOptions, io: Io): Promise<number> {
  const { output, clobber = false } = options
  return withService(options, io, 1, async ({ api }) => {
    let file: NewFile | undefined
    try {
      const received = await receiveContent(api, id, io.signal, async ({ name }) => {
        if (output === STANDARD_OUTPUT) return (chunk) => io.bytes(chunk)
        file = await openNewFile(output ?? safeName(name), clobber)
        return (chunk) => file!.write(chunk)
      })
      const path = await file?.publish()
      if (received.sha256 === undefined)
        io.note('The service knows no digest of this content: it was not checked.')
      if (options.json && path !== undefined) io.json({ id, file: path, ...received })
      else if (path !== undefined) io.out(path)
      return EXIT.done
    } finally {
      await file?.discard()
    }
  })
}

/** The service's name for the file, which must not leave the current folder, hide the file or steer a terminal. */
function safeName(name = 'content'): string {
  const safe = printable(basename(name.replaceAll('\\', '/')))
    .trim()
    .replace(/^\.+/, '_')
  return safe === '' || safe === '/' ? 'content' : safe
}
