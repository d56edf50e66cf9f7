import { confirm } from './confirm.ts'
import { EXIT } from './exit-codes.ts'
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
      await confirm(`Delete ${printable(title)} (${id})?`, 'not deleted', io)
    }
    await api.deleteDocument(id)
    if (options.json) io.json({ id, deleted: true })
    else io.note(`${io.errorColors.green('✓')} Deleted ${id}`)
    return EXIT.done
  })
}
