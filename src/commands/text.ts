import { describeText } from './describe-text.ts'
import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import type { ServiceOptions } from './options.ts'
import { printable } from './printable.ts'
import { withService } from './with-service.ts'

/** Prints the text that was read of a document, page by page. Without one, the exit code is 3. */
export async function text(
  id: string,
  options: ServiceOptions & { json?: boolean },
  io: Io,
): Promise<number> {
  return withService(options, io, 1, async ({ api }) => {
    const { parts, ...summary } = await api.getText(id)
    if (options.json) io.json({ ...summary, parts })
    else {
      for (const { page, text } of parts) {
        if (page !== undefined) io.out(io.colors.dim(`--- page ${page} ---`))
        for (const line of text.split('\n')) io.out(printable(line))
      }
      io.note(describeText(summary))
    }
    return summary.state === 'indexed' ? EXIT.done : EXIT.attention
  })
}
