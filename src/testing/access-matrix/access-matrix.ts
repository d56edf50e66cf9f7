import type { Caller } from './callers.ts'
import { testCommands, testImports } from './commands.ts'
import { testEvents } from './events.ts'
import { testRefusals } from './refusals.ts'
import { testRest } from './rest.ts'
import { testRpcs } from './rpcs.ts'
import { testSearches } from './searches.ts'
import { testTakenAccess } from './taken-access.ts'
import type { MatrixTarget } from './target.ts'

/**
 * Every operation, rpc, message of a client and command × every kind of caller × an own, a foreign and an unknown document,
 * where tokens are required. They come from the program itself: one that is added fails until it has a request here.
 */
export async function testAccess(target: MatrixTarget, callers: Record<string, Caller>): Promise<void> {
  await testRest(target, callers)
  await testRefusals(target, callers)
  testSearches(target, callers)
  testRpcs(target, callers)
  testEvents(target, callers)
  testTakenAccess(target)
  testCommands(target, callers)
  testImports(target, callers)
}
