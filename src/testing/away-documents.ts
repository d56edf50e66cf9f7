import { DomainError } from '../domain/errors.ts'
import type { Documents } from '../ports/documents/port.ts'

const away = (): Promise<never> => Promise.reject(new DomainError('unavailable', 'away'))

/** The document role as others see it while it is away. */
export const AWAY_DOCUMENTS: Documents = {
  updateStatus: away,
  get: away,
  exists: away,
  access: away,
  recordRefusal: away,
  announce: away,
  check: away,
  stop: async () => {},
}
