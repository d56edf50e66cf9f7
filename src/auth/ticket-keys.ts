import type { Clock } from '../runtime/clock.ts'
import { createServiceTokens, type ServiceTokens } from './service-tokens.ts'
import type { Tokens } from './tokens.ts'

/**
 * The keys of createTicketSeal in a process of the ws role: the one of its private key, which all processes of the role
 * share; then that of the key which replaces it or which it replaces; then those of the secrets of tokens, where the
 * document role is in the same process.
 * @param secondKey auth.services.secondKey
 */
export function ticketKeysOf(
  { serviceTokens, tokens }: { serviceTokens: ServiceTokens; tokens: Tokens | undefined },
  secondKey: string | undefined,
  clock: Clock,
): Buffer[] {
  const second = createServiceTokens({ key: secondKey, keys: [] }, clock)
  return [serviceTokens, second, tokens].flatMap((one) => one?.deriveKeys('tickets') ?? [])
}
