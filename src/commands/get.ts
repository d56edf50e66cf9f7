import { describeText } from './describe-text.ts'
import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { printValues } from './listing.ts'
import type { ServiceOptions } from './options.ts'
import { withService } from './with-service.ts'

/** Prints a document without its content. */
export async function get(id: string, options: ServiceOptions & { json?: boolean }, io: Io): Promise<number> {
  return withService(options, io, 1, async ({ api }) => {
    const document = await api.getDocument(id)
    if (options.json) io.json(document)
    else printValues({ ...document, text: describeText(document.text) }, io)
    return EXIT.done
  })
}
