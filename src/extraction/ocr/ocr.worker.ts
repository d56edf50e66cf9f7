// Child process that reads the text of images of untrusted files, a page at a time, and exits with its parent. Nobody waits
// for it, so all else on this machine comes first.
import { setPriority } from 'node:os'
import { serveExtraction } from '../serve-extraction.ts'
import { readPage } from './read-page.ts'

setPriority(10)
serveExtraction(readPage)
