// Which tests are pure: they import nothing that starts a server or another process.

const STARTS_PROCESSES =
  /^src\/(acceptance|bench)\/|^src\/testing\/(cli|embedded-servers|postgres|service-process|stack)\.ts$/

/** The compiled files of the pure tests, relative to the build. @param metafile esbuild's, of all sources */
export function pureTests({ inputs }) {
  const known = new Map()
  const startsProcesses = (path) => {
    if (known.has(path)) return known.get(path)
    known.set(path, false)
    const found =
      STARTS_PROCESSES.test(path) ||
      inputs[path].imports.some(
        ({ path: next, external }) => !external && next in inputs && startsProcesses(next),
      )
    known.set(path, found)
    return found
  }
  return Object.keys(inputs)
    .filter((path) => path.endsWith('.test.ts') && !startsProcesses(path))
    .map((path) => path.slice('src/'.length).replace(/\.ts$/, '.js'))
}
