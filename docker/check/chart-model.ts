/** The chart as Helm renders it with each file of docker/helm/docmgr/ci. */
import assert from 'node:assert/strict'
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { parse, parseAllDocuments } from 'yaml'

export const CHART = 'docker/helm/docmgr'
/** Helm 4 and Helm 3. */
export const HELMS = [process.env['HELM4']!, process.env['HELM3']!]
export const RELEASE = 'rel'
/** The folder where a pod finds its secrets. */
export const SECRET_FILES = '/run/secrets/docmgr/'

export type Labels = Record<string, string>

/** What the checks need of any Kubernetes object; `spec` depends on the kind. */
export interface KubernetesObject {
  kind: string
  metadata: { name: string; labels: Labels; annotations?: Record<string, string> }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the schemas of Kubernetes check its shape
  spec: any
  data?: Record<string, string>
}

export interface Container {
  args: string[]
  env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[]
  ports: { name: string; containerPort: number }[]
  resources: Record<'requests' | 'limits', Record<string, unknown>>
  securityContext: Record<string, unknown>
  volumeMounts: { name: string; mountPath: string }[]
  [probe: `${string}Probe`]: { httpGet: object; timeoutSeconds: number }
}

export function helm(args: string[], binary = HELMS[0]!): SpawnSyncReturns<string> {
  return spawnSync(binary, args, { encoding: 'utf8', maxBuffer: 2 ** 26 })
}

/** Whether a hook also runs before a rollback. */
export const runsAtRollback = ({ metadata }: KubernetesObject): boolean =>
  metadata.annotations?.['helm.sh/hook']?.endsWith(',pre-rollback') ?? false

/** The YAML of all objects. */
export function render(values: string, binary?: string): string {
  const { status, stdout, stderr } = helm(['template', RELEASE, CHART, '-f', values], binary)
  assert.equal(status, 0, stderr)
  return stdout
}

const matches = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value)

export class Rendered {
  readonly name: string
  readonly file: string
  readonly objects: KubernetesObject[]

  constructor(file: string) {
    this.file = file
    this.name = /([^/]+)-values\.yaml$/.exec(file)![1]!
    this.objects = parseAllDocuments(render(file)).flatMap((document) => {
      const object = document.toJS() as KubernetesObject | null
      return object === null ? [] : [object]
    })
  }

  /** The secrets section of its values. */
  get secretValues(): { existing?: string; from?: Record<string, { name: string }>; values?: object } {
    return (parse(readFileSync(this.file, 'utf8')) as { secrets: object }).secrets
  }

  of(...kinds: string[]): KubernetesObject[] {
    return this.objects.filter(({ kind }) => kinds.includes(kind))
  }

  named(kind: string, name: string): KubernetesObject {
    return only(this.of(kind).filter(({ metadata }) => metadata.name === name))
  }

  workloads(): KubernetesObject[] {
    return this.of('Deployment', 'Job', 'CronJob')
  }

  deployment(role: string): KubernetesObject {
    return only(this.of('Deployment').filter((deployment) => componentOf(deployment) === role))
  }

  /** Deployments and jobs whose pods a selector selects. */
  selectedBy(selector: Labels): KubernetesObject[] {
    return this.workloads().filter((workload) => matches(selector, podOf(workload).metadata.labels))
  }

  /** Services that a selector selects by their own labels. */
  servicesWith(labels: Labels): KubernetesObject[] {
    return this.of('Service').filter(({ metadata }) => matches(labels, metadata.labels))
  }
}

/** The only element of a list. */
export function only<T>(list: readonly T[]): T {
  assert.equal(list.length, 1, JSON.stringify(list))
  return list[0]!
}

export const componentOf = ({ metadata }: KubernetesObject): string =>
  metadata.labels['app.kubernetes.io/component']!

export const podOf = ({ kind, spec }: KubernetesObject): KubernetesObject =>
  kind === 'CronJob' ? spec.jobTemplate.spec.template : spec.template

export const containerOf = (workload: KubernetesObject): Container => only(podOf(workload).spec.containers)

/** The variables that have their value in the pod. */
export const variablesOf = (workload: KubernetesObject): Record<string, string> =>
  Object.fromEntries(
    containerOf(workload).env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  )

/** When a hook runs; undefined for what belongs to the release. */
export function hookWeight({ metadata: { annotations = {} } }: KubernetesObject): number | undefined {
  if (annotations['helm.sh/hook'] === undefined) return undefined
  assert.match(annotations['helm.sh/hook'], /^pre-install,pre-upgrade(,pre-rollback)?$/)
  return Number(annotations['helm.sh/hook-weight'])
}

export const VALUES = readdirSync(`${CHART}/ci`)
  .filter((name) => name.endsWith('-values.yaml'))
  .map((name) => `${CHART}/ci/${name}`)
export const ALL = VALUES.map((file) => new Rendered(file))
assert.ok(ALL.length >= 3)
