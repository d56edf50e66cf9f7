// Child process that reads untrusted files, one at a time, and exits with its parent. It is a process and not a
// thread because a thread that runs out of memory can abort the whole process.
import type { ExtractionInput } from './extraction.ts'
import { readText } from './read-text.ts'
import { serveExtraction } from './serve-extraction.ts'

serveExtraction<ExtractionInput>(readText)
