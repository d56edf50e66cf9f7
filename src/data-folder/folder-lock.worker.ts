// Tries to take the lock of a folder, for tests: `node folder-lock.worker.js FOLDER`. Runs until its input ends.
import { lockFolder } from './folder-lock.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('the folder is missing')
try {
  await lockFolder(folder)
  process.stdout.write('locked\n')
} catch (error) {
  process.stdout.write(`${String(error)}\n`)
}
process.stdin.resume()
