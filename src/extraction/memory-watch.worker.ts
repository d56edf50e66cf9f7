// A thread beside the one that reads a file: it sees what that thread, busy as it is, cannot. It ends the
// process when that holds too much memory (buffers do not count towards V8's limit) or has lost its parent.
import { workerData } from 'node:worker_threads'

const { maxRssBytes, parentPid } = workerData as { maxRssBytes: number; parentPid: number }

setInterval(() => {
  if (process.memoryUsage.rss() > maxRssBytes || process.ppid !== parentPid) {
    process.kill(process.pid, 'SIGKILL')
  }
}, 25)
