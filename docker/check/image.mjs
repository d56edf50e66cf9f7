// Builds the file systems that docker/Dockerfile describes, without an engine: node docker/check/image.mjs FOLDER
//
// It knows the instructions that the file uses. Stages start empty, without the files of their base image: `RUN` runs on
// this machine, in the stage's working directory, and Debian packages are not installed. Prints the last stage as JSON:
// its folder, environment, user, entry point and command, and the commands that were skipped.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const context = join(import.meta.dirname, '../..')
const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: image.mjs FOLDER')
  process.exit(2)
}

const fail = (message) => {
  throw new Error(`docker/Dockerfile: ${message}`)
}

/** A line that ends with a backslash continues on the next one that is no comment. */
const instructions = readFileSync(join(context, 'docker/Dockerfile'), 'utf8')
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .join('\n')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line) ?? fail(`cannot parse: ${line}`))
  .map(([, name, rest]) => ({ name, rest: rest.replace(/\s+/g, ' ').trim() }))

// What .dockerignore lets through: it excludes everything and lists exceptions.
const sent = readFileSync(join(context, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1))

const stages = new Map()
const args = {}
const skipped = []
let stage

const expand = (text) => text.replace(/\$\{(\w+)\}/g, (_, name) => args[name] ?? fail(`${name} is not set`))
const inStage = (path, of = stage) =>
  path.startsWith('/') ? join(of.root, path) : join(of.root, of.workdir, path)
/** `KEY=value` and `KEY="value with spaces"` */
const pairsOf = (text) =>
  [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)].map(([, key, quoted, plain]) => [key, quoted ?? plain])

const handlers = {
  ARG: (rest) => void pairsOf(rest).forEach(([key, value]) => (args[key] ??= value)),
  FROM(rest) {
    const [, base, name] = /^(\S+) AS (\S+)$/.exec(expand(rest)) ?? fail(`FROM without a name: ${rest}`)
    const from = stages.get(base)
    stage = {
      base,
      root: join(folder, name),
      workdir: '/',
      env: {},
      ...(from && { ...from, root: join(folder, name), env: { ...from.env } }),
    }
    mkdirSync(stage.root, { recursive: true })
    if (from) cpSync(from.root, stage.root, { recursive: true, verbatimSymlinks: true })
    stages.set(name, stage)
  },
  WORKDIR(rest) {
    stage.workdir = rest
    mkdirSync(inStage('.'), { recursive: true })
  },
  ENV: (rest) => void Object.assign(stage.env, Object.fromEntries(pairsOf(expand(rest)))),
  COPY(rest) {
    const words = rest.split(' ')
    const from = words[0].startsWith('--from=') ? stages.get(words.shift().slice(7)) : undefined
    const target = words.pop()
    for (const source of words) {
      if (!from && !sent.some((path) => source.replace('./', '').startsWith(path)))
        fail(`.dockerignore hides ${source}`)
      const path = from ? inStage(source, from) : join(context, source)
      if (!existsSync(path)) fail(`${source} does not exist`)
      const to = target.endsWith('/') ? join(inStage(target), basename(source)) : inStage(target)
      mkdirSync(dirname(to), { recursive: true })
      cpSync(path, to, { recursive: true, verbatimSymlinks: true })
    }
  },
  RUN(rest) {
    const command = rest.replace(/^(--\S+ )+/, '')
    if (command.includes('apt-get')) return void skipped.push(command)
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...stage.env }
    execFileSync('sh', ['-c', command], { cwd: inStage('.'), env, stdio: ['ignore', 2, 2] })
  },
  USER: (rest) => void (stage.user = rest),
  ENTRYPOINT: (rest) => void (stage.entrypoint = JSON.parse(rest)),
  CMD: (rest) => void (stage.cmd = JSON.parse(rest)),
  HEALTHCHECK: (rest) => void (stage.health = JSON.parse(rest.slice(rest.indexOf('CMD ') + 4))),
  LABEL: (rest) => void expand(rest),
  EXPOSE() {},
  STOPSIGNAL: (rest) => void (stage.stopSignal = rest),
}

for (const { name, rest } of instructions) (handlers[name] ?? fail(`unknown instruction ${name}`))(rest)
console.log(JSON.stringify({ ...stage, skipped }))
