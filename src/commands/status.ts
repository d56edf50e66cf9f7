import type { DocumentStatus } from '../domain/document-status.ts'
import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import type { ServiceOptions } from './options.ts'
import { withService } from './with-service.ts'

/** Prints the status of a document, or changes it first. */
export async function status(
  id: string,
  wanted: DocumentStatus | undefined,
  options: ServiceOptions & { json?: boolean },
  io: Io,
): Promise<number> {
  return withService(options, io, 1, async ({ api }) => {
    const document = wanted === undefined ? await api.getDocument(id) : await api.setStatus(id, wanted)
    if (options.json) io.json(document)
    else io.out(document.status)
    return EXIT.done
  })
}
