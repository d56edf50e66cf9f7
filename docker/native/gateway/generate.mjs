// Prints a configuration for nginx with the routes of kong.yml.
//
//   node generate.mjs --listen=HOST:PORT --folder=FOLDER --target=NAME=HOST:PORT … [--kong=FILE] [--generation=N]
//
// NAME is the name of a target in kong.yml's upstreams; requests are balanced over all addresses of a name. With a
// generation, FOLDER/status.sock answers it, which shows whether a reload is complete.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { nginxConf } from './nginx-conf.mjs'

const options = process.argv.slice(2).map((argument) => {
  const [, name, value] = /^--([a-z]+)=(.+)$/.exec(argument) ?? []
  if (!['listen', 'folder', 'target', 'kong', 'generation'].includes(name)) {
    console.error(`unknown option ${argument}; see the comment at the top of this file`)
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
