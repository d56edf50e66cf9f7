// A thread that parses one body and ends.
import { parentPort, workerData } from 'node:worker_threads'
import { DomainError } from '../domain/errors.ts'
import { parseJson } from './json-text.ts'
import type { Parsed } from './parse-in-thread.ts'

function parsed(bytes: Uint8Array): Parsed {
  try {
    return { json: parseJson(bytes) }
  } catch (error) {
    if (error instanceof DomainError) return { problem: error.message }
    throw error
  }
}

parentPort!.postMessage(parsed(workerData as Uint8Array))
