// A thread that watches the busy main thread. It kills the process when that holds too much memory (buffers do not
// count towards V8's limit) or when its parent is gone.
import { workerData } from 'node:worker_threads'

const { maxRssBytes, parentPid } = workerData as { maxRssBytes: number; parentPid: number }

setInterval(() => {
  if (process.memoryUsage.rss() > maxRssBytes || process.ppid !== parentPid) {
    process.kill(process.pid, 'SIGKILL')
  }
}, 25)
