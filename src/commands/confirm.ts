import { CommandError, EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'

/**
 * Asks whether to do what cannot be undone.
 * @param cancelled what to say otherwise
 * @throws CommandError unless the answer is yes
 */
export async function confirm(question: string, cancelled: string, io: Io): Promise<void> {
  const answer = await io.ask(`${question} It cannot be undone. (y/N) `)
  if (answer === undefined)
    throw new CommandError('--yes is required where there is no terminal to ask on', EXIT.usage)
  if (!/^\s*y(es)?\s*$/i.test(answer)) throw new CommandError(cancelled, EXIT.cancelled)
}
