import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { contentTypeOf } from '../extraction/content-type.ts'
import { CommandError, EXIT } from './exit-codes.ts'
import { reasonOf } from './import/find-files.ts'
import { HEAD_BYTES } from './import/read-head.ts'
import type { Io } from './io.ts'
import type { ServiceOptions } from './options.ts'
import { printable } from './printable.ts'
import { withService } from './with-service.ts'

export interface SignOptions extends ServiceOptions {
  email: string
  name: string
  image?: string
  json?: boolean
}

/** Signs a document, which moves it to `signed`. */
export async function sign(id: string, options: SignOptions, io: Io): Promise<number> {
  const image = options.image === undefined ? undefined : await dataUrlOf(options.image)
  return withService(options, io, 1, async ({ api }) => {
    const signature = await api.sign(
      {
        document_id: id,
        signer_email: options.email,
        signer_name: options.name,
        ...(image !== undefined && { signature_data: image }),
      },
      `sign-${randomUUID()}`,
    )
    if (options.json) io.json(signature)
    else {
      const { signer_name: name, document_status: status } = signature
      if (io.isTerminal)
        io.note(`${io.errorColors.green('✓')} Signed by ${printable(name)}; the document is ${status}`)
      io.out(signature.id)
    }
    return EXIT.done
  })
}

async function dataUrlOf(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new CommandError(`--image ${printable(file)}: ${reasonOf(error)}`)
  })
  const type = await contentTypeOf(basename(file), bytes.subarray(0, HEAD_BYTES))
  if (!type.startsWith('image/'))
    throw new CommandError(
      `--image ${printable(file)}: must be an image, such as a PNG, not ${type}`,
      EXIT.usage,
    )
  return `data:${type};base64,${bytes.toString('base64')}`
}
