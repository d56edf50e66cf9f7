// Child process that draws pages of untrusted files, one at a time, and exits with its parent.
import { serveExtraction } from '../serve-extraction.ts'
import { readPages } from './read-pages.ts'

serveExtraction(readPages)
