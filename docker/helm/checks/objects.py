"""What Kubernetes is given: the objects, and how they find each other."""

import kubernetes_validate
import yaml

from .chart import ALL, CHART, CI, HELMS, RELEASE, ROLES, SECRET_FILES
from .chart import check, component, container, helm, pod, render, variables

# The oldest that Chart.yaml allows, and the newest that the pinned Helm knows.
KUBERNETES = ['1.29.0', '1.35.0']
assert yaml.safe_load((CHART / 'Chart.yaml').read_text())['kubeVersion'] == f'>={KUBERNETES[0]}-0'
# Kinds that operators bring; only a cluster that has them knows their schemas.
FOREIGN = {'ServiceMonitor', 'ScaledObject'}


@check('the chart passes helm lint --strict')
def lint():
    for binary in HELMS:
        for values in CI:
            done = helm('lint', '--strict', str(CHART), '-f', str(values), binary=binary)
            assert done.returncode == 0, done.stdout + done.stderr
    return f'{len(CI)} files of values, {" and ".join(version(binary) for binary in HELMS)}'


def version(binary):
    return 'Helm ' + helm('version', '--template', '{{.Version}}', binary=binary).stdout.strip()


@check('Helm 3 and 4 render the same')
def both_helms():
    for values in CI:
        first, *others = [render(values, binary) for binary in HELMS]
        assert all(each == first for each in others), values.name


@check("Kubernetes' schemas accept every object, nothing unknown in it")
def schemas():
    count = 0
    for rendered in ALL:
        for each in rendered.objects:
            if each['kind'] in FOREIGN:
                continue
            for kubernetes in KUBERNETES:
                try:
                    kubernetes_validate.validate(each, kubernetes, strict=True)
                except kubernetes_validate.ValidationError as error:
                    raise AssertionError(f'{rendered.name}: {each["kind"]}: {error.message}') from error
            count += 1
    return f'{count} objects, Kubernetes {" and ".join(KUBERNETES)}; not {", ".join(sorted(FOREIGN))}'


@check('every object has a name of its own, and its labels')
def names():
    for rendered in ALL:
        names = [(each['kind'], each['metadata']['name']) for each in rendered.objects]
        assert len(set(names)) == len(names), rendered.name
        assert all(len(name) <= 63 for _, name in names), names
        for each in rendered.objects:
            labels = each['metadata']['labels']
            assert labels['app.kubernetes.io/instance'] == RELEASE, labels


@check('a deployment a role, which never has fewer pods while it is upgraded')
def deployments():
    for rendered in ALL:
        assert sorted(component(each) for each in rendered.of('Deployment')) == sorted(ROLES)
        for each in rendered.of('Deployment'):
            assert each['spec']['strategy']['rollingUpdate'] == {'maxUnavailable': 0, 'maxSurge': 1}


@check('pods run as a numbered user without rights on a root they cannot write, within limits')
def security():
    for rendered in ALL:
        for each in rendered.workloads():
            spec, main = pod(each)['spec'], container(each)
            outer, inner = spec['securityContext'], main['securityContext']
            assert outer['runAsNonRoot'] is True and outer['runAsUser'] > 0 and outer['fsGroup'] > 0
            assert outer['seccompProfile'] == {'type': 'RuntimeDefault'}
            assert inner['readOnlyRootFilesystem'] is True and inner['allowPrivilegeEscalation'] is False
            assert inner['capabilities'] == {'drop': ['ALL']}
            assert spec['automountServiceAccountToken'] is False
            # Otherwise a Service's name would become variables that docmgr refuses.
            assert spec['enableServiceLinks'] is False
            for kind in ('requests', 'limits'):
                assert {'cpu', 'memory'} <= main['resources'][kind].keys()
            volumes = {volume['name'] for volume in spec['volumes']}
            mounts = {mount['name']: mount['mountPath'] for mount in main['volumeMounts']}
            assert volumes == mounts.keys()
            assert mounts['data'] == variables(each)['DOCMGR_DATA'] and mounts['tmp'] == '/tmp'
            assert mounts['secrets'] + '/' == SECRET_FILES


@check('probes ask readiness at first and while it runs, and liveness for restarts')
def probes():
    for rendered in ALL:
        for each in rendered.of('Deployment'):
            main = container(each)
            ports = {port['name']: port['containerPort'] for port in main['ports']}
            assert str(ports['http']) == variables(each)['DOCMGR_LISTEN_HTTP']
            assert str(ports.get('grpc', 'off')) == variables(each)['DOCMGR_LISTEN_GRPC']
            for probe, path in (('startup', 'ready'), ('readiness', 'ready'), ('liveness', 'live')):
                assert main[f'{probe}Probe']['httpGet'] == {'path': f'/health/{path}', 'port': 'http'}
            # Its own checks may take two seconds.
            assert main['readinessProbe']['timeoutSeconds'] > 2


@check('each selector selects the pods of one role, each target is there')
def selectors():
    for rendered in ALL:
        for each in rendered.of('Deployment'):
            assert rendered.selected(each['spec']['selector']['matchLabels']) == [each]
            for constraint in pod(each)['spec'].get('topologySpreadConstraints', []):
                assert rendered.selected(constraint['labelSelector']['matchLabels']) == [each]
        for service in rendered.of('Service'):
            (target,) = rendered.selected(service['spec']['selector'])
            ports = {port['name'] for port in container(target)['ports']}
            assert {port['targetPort'] for port in service['spec']['ports']} <= ports
        for kind, path in (('PodDisruptionBudget', 'selector'), ('NetworkPolicy', 'podSelector')):
            for each in rendered.of(kind):
                (target,) = rendered.selected(each['spec'][path]['matchLabels'])
                assert component(target) == component(each)
                assert each['metadata']['name'] == target['metadata']['name']
        for service in rendered.of('ServiceMonitor'):
            wanted = service['spec']['selector']['matchLabels']
            found = [each for each in rendered.of('Service') if wanted.items() <= each['metadata']['labels'].items()]
            port = service['spec']['endpoints'][0]['port']
            read = [component(each) for each in found if port in [each['name'] for each in each['spec']['ports']]]
            assert sorted(read) == sorted(ROLES), read


@check('what scales by itself has no fixed number of pods, the others have one')
def autoscaling():
    kinds = set()
    for rendered in ALL:
        scalers = rendered.of('HorizontalPodAutoscaler') + rendered.of('ScaledObject')
        targets = {each['spec']['scaleTargetRef']['name']: each for each in scalers}
        for each in rendered.of('Deployment'):
            scaler = targets.pop(each['metadata']['name'], None)
            assert ('replicas' in each['spec']) == (scaler is None), each['metadata']['name']
            if scaler is None:
                continue
            if scaler['kind'] == 'ScaledObject':
                metric = scaler['spec']['triggers'][0]['type']
                check_trigger(scaler['spec']['triggers'][0]['metadata'], variables(each))
            else:
                (only,) = scaler['spec']['metrics']
                metric = only['resource']['name'] if only['type'] == 'Resource' else only['pods']['metric']['name']
            assert (metric == 'cpu') == (component(each) != 'indexer'), metric
            kinds.add(metric)
        assert not targets, targets
    assert kinds == {'cpu', 'docmgr_changes_lag_events', 'kafka'}, kinds
    return ', '.join(sorted(kinds))


def check_trigger(trigger, env):
    assert trigger['topic'] == f'{env.get("DOCMGR_CHANGES_PREFIX", "cdc")}.documents'
    assert trigger['consumerGroup'] == f'{env.get("DOCMGR_CHANGES_GROUP", "docmgr")}-indexer'
    assert set(trigger) == {'bootstrapServers', 'consumerGroup', 'topic', 'lagThreshold', 'offsetResetPolicy'}
