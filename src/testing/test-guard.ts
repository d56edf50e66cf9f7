import { createRequestGuard, type RequestGuard } from '../http/request-guard.ts'

/** The guard of a service without settings of its own. */
export const testGuard = (mode: 'open' | 'required' = 'open'): RequestGuard =>
  createRequestGuard({ mode, hosts: [], origins: [] })
