// Prints a configuration of nginx that routes as kong.yml says.
//
//   node generate.mjs --listen=HOST:PORT --folder=FOLDER --target=NAME=HOST:PORT … [--kong=FILE] [--generation=N]
//
// NAME is the name of a target in kong.yml's upstreams; one that is given several times is balanced over them. With a
// generation, FOLDER/status.sock answers it: so one can tell when a reload has come through.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { nginxConf } from './nginx-conf.mjs'

const options = process.argv.slice(2).map((argument) => {
  const [, name, value] = /^--([a-z]+)=(.+)$/.exec(argument) ?? []
  if (!['listen', 'folder', 'target', 'kong', 'generation'].includes(name)) {
    console.error(`unknown option ${argument}; the head of this file has them`)
    process.exit(2)
  }
  return { name, value }
})
const option = (name) => options.find((given) => given.name === name)?.value

const targets = new Map()
for (const { value } of options.filter(({ name }) => name === 'target')) {
  const [name, address] = value.split('=')
  targets.set(name, [...(targets.get(name) ?? []), address])
}

try {
  const file = option('kong') ?? fileURLToPath(new URL('../../kong.yml', import.meta.url))
  const text = nginxConf(parse(readFileSync(file, 'utf8'), { merge: true }), {
    listen: option('listen'),
    folder: option('folder'),
    generation: option('generation'),
    asRoot: process.getuid() === 0,
    targets,
  })
  process.stdout.write(text)
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
