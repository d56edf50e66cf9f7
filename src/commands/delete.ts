import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import type { ServiceOptions } from './options.ts'
import { printable } from './printable.ts'
import { withService } from './with-service.ts'

export interface DeleteOptions extends ServiceOptions {
  yes?: boolean
  json?: boolean
}

/** Deletes a document, after a question where there is a terminal. */
export async function deleteDocument(id: string, options: DeleteOptions, io: Io): Promise<number> {
  return withService(options, io, 1, async ({ api }) => {
    if (!options.yes) {
      const { title } = await api.getDocument(id)
      const answer = await io.ask(`Delete ${printable(title)} (${id})? It cannot be undone. (y/N) `)
      if (answer === undefined)
        throw new CommandError('--yes is required where there is no terminal to ask on', EXIT.usage)
      if (!/^\s*y(es)?\s*$/i.test(answer)) throw new CommandError('not deleted', EXIT.cancelled)
    }
    await api.deleteDocument(id)
    if (options.json) io.json({ id, deleted: true })
    else io.note(`${io.errorColors.green('✓')} Deleted ${id}`)
    return EXIT.done
  })
}
