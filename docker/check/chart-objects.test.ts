/** What Kubernetes gets: the objects, and how they find each other. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse, stringify } from 'yaml'
import { ROLES } from '../../src/config/roles.ts'
import {
  ALL,
  CHART,
  componentOf,
  containerOf,
  helm,
  HELMS,
  type KubernetesObject,
  only,
  podOf,
  RELEASE,
  render,
  type Rendered,
  SECRET_FILES,
  VALUES,
  variablesOf,
} from './chart-model.ts'

/** The oldest that Chart.yaml allows, and the newest that the pinned Helm knows. */
const KUBERNETES = ['1.29.0', '1.35.0']
/** Their schemas come with operators. */
const FOREIGN = ['ServiceMonitor', 'ScaledObject']

/** Runs a check for each deployment of each rendering. */
function forEachDeployment(check: (deployment: KubernetesObject, rendered: Rendered) => void): void {
  for (const rendered of ALL) for (const deployment of rendered.of('Deployment')) check(deployment, rendered)
}

test('the chart passes helm lint --strict with Helm 3 and 4, which render the same', () => {
  for (const file of VALUES) {
    for (const binary of HELMS) {
      const { status, stdout, stderr } = helm(['lint', '--strict', CHART, '-f', file], binary)
      assert.equal(status, 0, stdout + stderr)
    }
    assert.equal(render(file, HELMS[1]), render(file, HELMS[0]))
  }
})

test("Kubernetes' schemas accept every object and know each of its members", () => {
  const { kubeVersion } = parse(readFileSync(`${CHART}/Chart.yaml`, 'utf8')) as { kubeVersion: string }
  assert.equal(kubeVersion, `>=${KUBERNETES[0]}-0`)
  const folder = mkdtempSync(join(tmpdir(), 'docmgr-chart-'))
  for (const { name, objects } of ALL) {
    const file = join(folder, `${name}.yaml`)
    const known = objects.filter(({ kind }) => !FOREIGN.includes(kind))
    writeFileSync(file, known.map((object) => stringify(object)).join('---\n'))
    for (const version of KUBERNETES) {
      const args = ['--strict', '--version', version, file]
      const { status, stdout, stderr } = spawnSync(process.env['KUBERNETES_VALIDATE']!, args, {
        encoding: 'utf8',
      })
      assert.equal(status, 0, stdout + stderr)
    }
  }
  rmSync(folder, { recursive: true })
})

test('every object has a name of its own, and its labels', () => {
  for (const { objects } of ALL) {
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    assert.deepEqual(names, [...new Set(names)])
    for (const { metadata } of objects) {
      assert.ok(metadata.name.length <= 63, metadata.name)
      assert.equal(metadata.labels['app.kubernetes.io/instance'], RELEASE, metadata.name)
    }
  }
})

test('each role has a deployment that keeps its number of pods during an upgrade', () => {
  for (const rendered of ALL)
    assert.deepEqual(rendered.of('Deployment').map(componentOf).toSorted(), ROLES.toSorted())
  forEachDeployment(({ spec }) => {
    assert.deepEqual(spec.strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 })
  })
})

test('the identity provider is known to the document role, and where its JWTs are accepted to all with users', () => {
  const users = ['document', 'search', 'signature', 'ws']
  const known = new Map(
    ALL.map((rendered) => {
      const having = rendered
        .of('Deployment')
        .filter((deployment) => 'DOCMGR_AUTH_OIDC_ISSUER' in variablesOf(deployment))
      const loggingIn = having.filter((deployment) => 'DOCMGR_AUTH_OIDC_CLIENT_ID' in variablesOf(deployment))
      assert.ok(loggingIn.every((deployment) => componentOf(deployment) === 'document'))
      return [rendered.name, having.map(componentOf).toSorted()]
    }),
  )
  assert.deepEqual(Object.fromEntries(known), { operators: ['document'], production: users, trial: [] })
})

test('the ServiceMonitor sends the token that the pods have', () => {
  const rendered = only(ALL.filter(({ name }) => name === 'production'))
  const [endpoint] = only(rendered.of('ServiceMonitor')).spec.endpoints
  const { name, key } = endpoint.authorization.credentials
  for (const deployment of rendered.of('Deployment')) {
    const { sources } = podOf(deployment).spec.volumes.find(
      (volume: { name: string }) => volume.name === 'secrets',
    ).projected
    const { items } = sources.find(({ secret }: { secret: { name: string } }) => secret.name === name).secret
    assert.ok(items.some((item: { key: string; path: string }) => item.key === key && item.path === key))
  }
})

test('pods run as a numbered user without rights, on a read-only root, within limits', () => {
  for (const workload of ALL.flatMap((rendered) => rendered.workloads())) {
    const { spec } = podOf(workload)
    const { securityContext, resources, volumeMounts } = containerOf(workload)
    assert.equal(spec.securityContext.runAsNonRoot, true)
    assert.ok(spec.securityContext.runAsUser > 0 && spec.securityContext.fsGroup > 0)
    assert.deepEqual(spec.securityContext.seccompProfile, { type: 'RuntimeDefault' })
    assert.deepEqual(securityContext, {
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    })
    assert.equal(spec.automountServiceAccountToken, false)
    // The variables that Kubernetes sets for Services are unknown to docmgr, which refuses them.
    assert.equal(spec.enableServiceLinks, false)
    for (const kind of ['requests', 'limits'] as const)
      assert.ok('cpu' in resources[kind] && 'memory' in resources[kind])
    const mounts = Object.fromEntries(volumeMounts.map(({ name, mountPath }) => [name, mountPath]))
    const volumes = (spec.volumes as { name: string }[]).map(({ name }) => name)
    assert.deepEqual(Object.keys(mounts).toSorted(), volumes.toSorted())
    assert.equal(mounts['data'], variablesOf(workload)['DOCMGR_DATA'])
    assert.equal(mounts['tmp'], '/tmp')
    assert.equal(`${mounts['secrets']}/`, SECRET_FILES)
  }
})

test('probes ask for readiness at the start and later, and for liveness', () => {
  forEachDeployment((deployment) => {
    const container = containerOf(deployment)
    const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]))
    assert.equal(variablesOf(deployment)['DOCMGR_LISTEN_HTTP'], String(ports['http']))
    assert.equal(variablesOf(deployment)['DOCMGR_LISTEN_GRPC'], String(ports['grpc'] ?? 'off'))
    for (const [probe, path] of [
      ['startup', 'ready'],
      ['readiness', 'ready'],
      ['liveness', 'live'],
    ] as const)
      assert.deepEqual(container[`${probe}Probe`]!.httpGet, { path: `/health/${path}`, port: 'http' })
    // The readiness checks may take two seconds.
    assert.ok(container.readinessProbe!.timeoutSeconds > 2)
  })
})

test('each selector selects the pods of one role, and each target exists', () => {
  forEachDeployment((deployment, rendered) => {
    assert.deepEqual(rendered.selectedBy(deployment.spec.selector.matchLabels), [deployment])
    for (const { labelSelector } of podOf(deployment).spec.topologySpreadConstraints ?? [])
      assert.deepEqual(rendered.selectedBy(labelSelector.matchLabels), [deployment])
  })
  for (const rendered of ALL) {
    for (const { spec } of rendered.of('Service')) {
      const ports = containerOf(only(rendered.selectedBy(spec.selector))).ports.map(({ name }) => name)
      for (const { targetPort } of spec.ports) assert.ok(ports.includes(targetPort), targetPort)
    }
    for (const object of rendered.of('PodDisruptionBudget', 'NetworkPolicy')) {
      const { selector, podSelector } = object.spec
      const target = only(rendered.selectedBy((selector ?? podSelector).matchLabels))
      assert.equal(componentOf(target), componentOf(object))
      assert.equal(target.metadata.name, object.metadata.name)
    }
    for (const { spec } of rendered.of('ServiceMonitor')) {
      const read = rendered
        .servicesWith(spec.selector.matchLabels)
        .filter((service) =>
          service.spec.ports.some(({ name }: { name: string }) => name === spec.endpoints[0].port),
        )
      assert.deepEqual(read.map(componentOf).toSorted(), ROLES.toSorted())
    }
  }
})

test('a deployment with an autoscaler has no fixed number of pods, and every other has one', () => {
  const metrics = new Set<string>()
  for (const rendered of ALL) {
    const scalers = new Map(
      rendered
        .of('HorizontalPodAutoscaler', 'ScaledObject')
        .map((each) => [each.spec.scaleTargetRef.name, each]),
    )
    for (const deployment of rendered.of('Deployment')) {
      const scaler = scalers.get(deployment.metadata.name)
      scalers.delete(deployment.metadata.name)
      assert.equal('replicas' in deployment.spec, scaler === undefined, deployment.metadata.name)
      if (!scaler) continue
      const metric = metricOf(scaler, variablesOf(deployment))
      assert.equal(metric === 'cpu', componentOf(deployment) !== 'indexer', metric)
      metrics.add(metric)
    }
    assert.equal(scalers.size, 0)
  }
  assert.deepEqual([...metrics].toSorted(), ['cpu', 'docmgr_changes_lag_events', 'kafka'])
})

function metricOf({ kind, spec }: KubernetesObject, env: Record<string, string>): string {
  if (kind === 'HorizontalPodAutoscaler') {
    const metric = only<{ resource?: { name: string }; pods?: { metric: { name: string } } }>(spec.metrics)
    return metric.resource?.name ?? metric.pods!.metric.name
  }
  const { type, metadata } = spec.triggers[0]
  assert.equal(metadata.topic, `${env['DOCMGR_CHANGES_PREFIX'] ?? 'cdc'}.documents`)
  assert.equal(metadata.consumerGroup, `${env['DOCMGR_CHANGES_GROUP'] ?? 'docmgr'}-indexer`)
  const known = ['bootstrapServers', 'consumerGroup', 'lagThreshold', 'offsetResetPolicy', 'topic']
  assert.deepEqual(Object.keys(metadata).toSorted(), known)
  return type
}
