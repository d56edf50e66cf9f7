/** compose.yml, alone and with compose.production.yml, as Docker Compose parses them, and the files beside them. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ROLES } from '../../src/config/roles.ts'

export const OVERLAY = 'compose.production.yml'

/** What the rules need of a service in Compose's own JSON. */
export interface Service {
  name: string
  image: string
  build?: object
  pull_policy?: string
  container_name?: string
  hostname?: string
  command: string[] | null
  entrypoint: string[] | null
  environment?: Record<string, string | null>
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test?: string[]; disable?: boolean }
  ports?: { host_ip?: string; published: string; target: number }[]
  expose?: string[]
  networks?: Record<string, { ipv4_address?: string } | null>
  volumes?: { type: string; source: string; read_only?: boolean }[]
  tmpfs?: string[]
  secrets?: { source: string }[]
  deploy?: { resources?: { limits?: { cpus?: number; memory?: string; pids?: number } } }
  logging?: { options?: Record<string, string> }
  restart?: string
  profiles?: string[]
  stop_grace_period?: string
  security_opt?: string[]
  cap_add?: string[]
  cap_drop?: string[]
  read_only?: boolean
  privileged?: boolean
  network_mode?: string
  pid?: string
  user?: string
}

interface Model {
  name: string
  services: Record<string, Omit<Service, 'name'>>
  networks: Record<
    string,
    { internal?: boolean; ipam?: { config?: { gateway?: string; ip_range?: string }[] } }
  >
  volumes: Record<string, object>
  secrets?: Record<string, { file?: string }>
}

interface KongPlugin {
  name: string
  config: { allowed_payload_size?: number; size_unit?: string; [window: string]: unknown }
}

/** What the rules need of kong.yml. */
export interface Kong {
  services: {
    name: string
    protocol: string
    host: string
    port: number
    routes: { destinations?: { port: number }[]; plugins?: KongPlugin[] }[]
  }[]
  upstreams: { name: string; targets: { target: string }[] }[]
  plugins: KongPlugin[]
}

/** One way to start docmgr with Docker. */
export interface System {
  production: boolean
  model: Model
  /** ordered by name */
  services: Service[]
  kong: Kong
  /** the published ports of a service as they are written, with their variables */
  portsOf(service: string): string[]
  /** the text of a file of the repository */
  read(path: string): string
}

/** What a rule finds, sentence by sentence. */
export type Problems = Generator<string, void, undefined>

/** Replaces text in a file before it is read. */
export interface Mistake {
  file: string
  old: string
  new: string
}

const root = process.cwd()

/** The systems in which those mistakes were made, or what Compose answers when it refuses one. */
export function openSystems(
  variants: { production: boolean; mistake?: Mistake | undefined }[],
): (System | { error: string })[] {
  const reader = (mistake: Mistake | undefined) => (path: string) => {
    const text = readFileSync(join(root, path), 'utf8')
    return mistake?.file === path ? text.replaceAll(mistake.old, mistake.new) : text
  }
  const projects = variants.map(({ production, mistake }) =>
    ['compose.yml', ...(production ? [OVERLAY] : [])].map((name) => ({ name, text: reader(mistake)(name) })),
  )
  const output = execFileSync(process.env['COMPOSE_MODEL']!, {
    input: JSON.stringify({ root, projects }),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  const answers = JSON.parse(output) as ({ model: Model } | { error: string })[]
  return answers.map((answer, index) => {
    if ('error' in answer) return answer
    const { production, mistake } = variants[index]!
    const read = reader(mistake)
    const services = Object.entries(answer.model.services).map(([name, service]) => ({ name, ...service }))
    const kong = parse(read('docker/kong.yml'), { merge: true }) as Kong
    const written = parse(read(production ? OVERLAY : 'compose.yml'), {
      merge: true,
      logLevel: 'silent',
      maxAliasCount: -1,
    }) as {
      services: Record<string, { ports?: string[] }>
    }
    const portsOf = (service: string): string[] => written.services[service]?.ports ?? []
    return { production, model: answer.model, services, kong, portsOf, read }
  })
}

/** compose.yml alone, or with the overlay. */
export function openSystem(production: boolean): System {
  const [system] = openSystems([{ production }])
  if (!system || 'error' in system) throw new Error(system?.error)
  return system
}

/** The variables of a container that have a value. */
export const environmentOf = (service: Service): Record<string, string> =>
  Object.fromEntries(
    Object.entries(service.environment ?? {}).filter((entry): entry is [string, string] => entry[1] !== null),
  )

/** It runs the image that this repository builds. */
export const isDocmgr = ({ image }: Service): boolean => image.startsWith('docmgr:')
export const isRole = ({ name }: Service): boolean => (ROLES as readonly string[]).includes(name)
/** It ends by itself. */
export const isOneShot = ({ restart = '' }: Service): boolean => /^(no$|on-failure)/.test(restart)

/** A service of the system. */
export const find = ({ services }: System, wanted: string): Service | undefined =>
  services.find(({ name }) => name === wanted)

/** Why `from` cannot reach host:port. The host must expose the port and share a network. */
export function unreachable(
  system: System,
  from: Service,
  host: string,
  port: number | string,
): string | undefined {
  const service = find(system, host)
  if (!service) return `${host}:${port} names no service`
  const { expose = [], networks = {} } = service
  if (!expose.includes(String(port))) return `${host}:${port}, but ${host} exposes ${expose.join(', ')}`
  if (!Object.keys(from.networks ?? {}).some((network) => network in networks))
    return `${host}:${port} is in none of its networks`
  return undefined
}
