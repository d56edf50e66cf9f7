"""Checks the chart docmgr without a cluster: check.py CLI HELM4 HELM3. Prints a line a check; 1 if one fails."""

import base64
import fnmatch
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import kubernetes_validate
import yaml

HERE = Path(__file__).parent
CHART = HERE / 'docmgr'
CLI, *HELMS = sys.argv[1:]
CI = sorted((CHART / 'ci').glob('*-values.yaml'))
# The oldest that Chart.yaml allows, and the newest that the pinned Helm knows.
KUBERNETES = ['1.29.0', '1.35.0']
# Kinds that operators bring; only a cluster that has them knows their schemas.
FOREIGN = {'ServiceMonitor', 'ScaledObject'}
ROLES = ['document', 'signature', 'search', 'ws', 'indexer']
JOBS = ['migrate', 'connector']
RELEASE = 'rel'
SECRET_FILES = '/run/secrets/docmgr/'
SAMPLE_SECRETS = {
    'auth-secret': 'a secret of at least thirty-two bytes',
    'database-url': 'postgres://docmgr:secret@pgbouncer:6432/docmgr',
    'database-direct-url': 'postgres://docmgr:secret@postgres:5432/docmgr',
    'cache-url': 'redis://:secret@redis:6379',
    'changes-url': 'kafka://kafka-0:9092,kafka-1:9092',
    'search-url': 'elasticsearch:http://elastic:secret@elasticsearch:9200',
    'blobs-access-key': 'docmgr',
    'blobs-secret-key': 'secret',
    'cache-viewer-secret': 'another secret of at least thirty-two bytes',
}


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def helm(*arguments, binary=HELMS[0]):
    return run(binary, *arguments)


def render(values, binary=HELMS[0], extra=()):
    done = helm('template', RELEASE, str(CHART), '-f', str(values), *extra, binary=binary)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Rendered:
    """What the chart makes of one file of values."""

    def __init__(self, values):
        self.name = values.name.removesuffix('-values.yaml')
        self.values = values
        self.objects = [document for document in yaml.safe_load_all(render(values)) if document]

    def of(self, kind):
        return [found for found in self.objects if found['kind'] == kind]

    def named(self, kind, name):
        found = [each for each in self.of(kind) if each['metadata']['name'] == name]
        assert len(found) == 1, f'{len(found)} of {kind} {name}'
        return found[0]

    def workloads(self):
        return self.of('Deployment') + self.of('Job')

    def deployment(self, role):
        found = [each for each in self.of('Deployment') if component(each) == role]
        assert len(found) == 1, f'{len(found)} deployments of {role}'
        return found[0]

    def selected(self, selector):
        """The deployments and jobs whose pods the labels select."""
        return [each for each in self.workloads() if selector.items() <= pod(each)['metadata']['labels'].items()]


def component(thing):
    return thing['metadata']['labels']['app.kubernetes.io/component']


def pod(workload):
    return workload['spec']['template']


def container(workload):
    (only,) = pod(workload)['spec']['containers']
    return only


def hook_weight(thing):
    annotations = thing['metadata'].get('annotations', {})
    if 'helm.sh/hook' not in annotations:
        return None
    assert annotations['helm.sh/hook'] == 'pre-install,pre-upgrade', annotations
    return int(annotations['helm.sh/hook-weight'])


# --- what docmgr knows -------------------------------------------------------------------------


def configuration(environment):
    """`docmgr config --json` with this environment alone, by the variables' names."""
    with tempfile.TemporaryDirectory() as folder:
        env = {'PATH': '/usr/local/bin:/usr/bin:/bin', 'HOME': folder, **environment}
        done = run(NODE, CLI, 'config', '--json', cwd=folder, env=env)
    if done.returncode != 0:
        return None, done.stderr
    return {each['variable']: each for each in json.loads(done.stdout)['settings']}, ''


def image_environment():
    """What the image sets for every container, whether the chart knows of it or not."""
    text = (HERE.parent / 'Dockerfile').read_text().replace('\\\n', ' ')
    runtime = text[text.rindex('\nFROM ') :]
    return dict(re.findall(r'\b(DOCMGR_[A-Z_]+)=(\S+)', ' '.join(re.findall(r'^ENV (.*)$', runtime, re.M))))


NODE = run('node', '-p', 'process.execPath').stdout.strip()
SETTINGS, problem = configuration({})
assert SETTINGS, problem
IMAGE = image_environment()
assert IMAGE['DOCMGR_LISTEN_HTTP'] == '8000', IMAGE
KEYS = {each['key']: variable for variable, each in SETTINGS.items()}


def environment_of(rendered, workload, folder):
    """The container's variables as Kubernetes would set them, with the secrets' files in `folder`."""
    secrets = {}
    for volume in pod(workload)['spec']['volumes']:
        for source in volume.get('projected', {}).get('sources', []):
            for item in source['secret']['items']:
                secrets[item['path']] = secret_value(rendered, workload, source['secret']['name'], item)
    found = {}
    for each in container(workload)['env']:
        source = each.get('valueFrom', {})
        if 'secretKeyRef' in source:
            reference = source['secretKeyRef']
            value = secret_value(rendered, workload, reference['name'], {**reference, 'path': reference['key']})
        else:
            value = each['value']
        assert each['name'] not in found, f'{each["name"]} twice'
        if value.startswith(SECRET_FILES):
            key = value.removeprefix(SECRET_FILES)
            assert key in secrets, f'{each["name"]} names {key}, which is not mounted'
            (folder / key).write_text(secrets.pop(key))
            value = str(folder / key)
        found[each['name']] = value
    assert not secrets, f'mounted and read by nobody: {", ".join(secrets)}'
    return found


def secret_value(rendered, workload, name, item):
    """From the chart's own Secret, which has to be there before the pod is; else a sample."""
    values = yaml.safe_load(rendered.values.read_text())['secrets']
    if not values.get('values'):
        assert name in (values['existing'], *(each['name'] for each in values.get('from', {}).values())), name
        return SAMPLE_SECRETS[item['path']]
    secret = rendered.named('Secret', name)
    before, needed_at = hook_weight(secret), hook_weight(workload)
    assert (before is None) == (needed_at is None), f'{workload["metadata"]["name"]}: {name} comes too late'
    assert before is None or before < needed_at, f'{workload["metadata"]["name"]}: {name} comes too late'
    return base64.b64decode(secret['data'][item['key']]).decode()


# --- checks ------------------------------------------------------------------------------------

CHECKS = []


def check(sentence):
    return lambda function: CHECKS.append((sentence, function)) or function


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
        foreign = {each['kind'] for each in rendered.objects if '.' in each['apiVersion'].split('/')[0]}
        foreign = {kind for kind in foreign if kind in FOREIGN}
        for each in rendered.objects:
            if each['kind'] in foreign:
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


def variables(workload):
    return {each['name']: each.get('value') for each in container(workload)['env']}


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


@check('a pod that is told to stop has the time for it')
def stopping():
    for rendered in ALL:
        for each in rendered.of('Deployment'):
            env = variables(each)
            drain, limit = (int(env[f'DOCMGR_SHUTDOWN_{name}']) for name in ('DRAIN', 'LIMIT'))
            assert drain + limit <= 1000 * pod(each)['spec']['terminationGracePeriodSeconds']
            assert drain + limit / 2 <= limit


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


@check('docmgr accepts the configuration of every pod, and takes every variable of it')
def configurations():
    count = 0
    for rendered in ALL:
        for each in rendered.workloads():
            with tempfile.TemporaryDirectory() as folder:
                env = environment_of(rendered, each, Path(folder))
                found, problem = configuration({**IMAGE, **env})
            name = f'{rendered.name}: {each["metadata"]["name"]}'
            assert found, f'{name}: {problem}'
            taken = {variable for variable, setting in found.items() if setting['origin'] == 'environment'}
            given = {variable.removesuffix('_FILE') for variable in {**IMAGE, **env} if variable.startswith('DOCMGR_')}
            assert taken == given, f'{name}: {taken ^ given}'
            if each['kind'] == 'Deployment':
                assert found['DOCMGR_ROLES']['value'] == [component(each)], name
                assert found['DOCMGR_AUTH_MODE']['value'] == 'required', name
            count += 1
    return f'{count} pods'


@check('each role has the secrets that it needs, and no others')
def least_secrets():
    wanted = {
        'document': {'auth-secret', 'database-url', 'database-direct-url', 'cache-url', 'blobs-secret-key'},
        'signature': {'auth-secret', 'database-url', 'database-direct-url', 'blobs-secret-key'},
        'search': {'auth-secret', 'search-url'},
        'ws': {'auth-secret', 'changes-url'},
        'indexer': {'auth-secret', 'changes-url', 'search-url', 'blobs-secret-key'},
        'migrate': {'database-url', 'database-direct-url'},
        'connector': {'database-url', 'database-direct-url', 'changes-url'},
    }
    (rendered,) = [each for each in ALL if each.name == 'production']
    wanted['document'].add('cache-viewer-secret')
    for each in rendered.workloads():
        files = {value.removeprefix(SECRET_FILES) for value in variables(each).values() if value and SECRET_FILES in value}
        assert files == wanted[component(each)], f'{component(each)}: {files}'


@check('the signature role finds all pods of the document role')
def documents():
    for rendered in ALL:
        url = variables(rendered.deployment('signature'))['DOCMGR_DOCUMENTS_URL']
        host, port = re.fullmatch(r'grpc://([a-z0-9-]+):(\d+)', url).groups()
        service = rendered.named('Service', host)
        assert service['spec']['clusterIP'] == 'None'
        assert [each['port'] for each in service['spec']['ports']] == [int(port)]
        (target,) = rendered.selected(service['spec']['selector'])
        assert component(target) == 'document'


@check('the jobs run in order before everything else, end, and are commands that docmgr has')
def jobs():
    found = set()
    for rendered in ALL:
        jobs = sorted(rendered.of('Job'), key=hook_weight)
        assert [component(each) for each in jobs] == [name for name in JOBS if name in map(component, jobs)]
        for each in jobs:
            assert each['spec']['backoffLimit'] > 0 and each['spec']['activeDeadlineSeconds'] > 0
            # What is made with the release is not there yet.
            assert 'serviceAccountName' not in pod(each)['spec']
            found.add(tuple(container(each)['args']))
        found.update(tuple(container(each)['args']) for each in rendered.of('Deployment'))
    for command in sorted(found):
        usage = run(NODE, CLI, command[0], '--help').stdout
        assert usage.startswith(f'Usage: docmgr {command[0]}'), f'docmgr {command[0]}: there is no such command'
        assert all(word in usage for word in command), f'docmgr {" ".join(command)}: {usage}'
    return ', '.join(' '.join(command) for command in sorted(found))


PATHS = '''/documents /documents/ /documents/1 /documents/1/stats /documents/1/content /documents/1/signatures
/documents/1/signatures/ /documents/1/signatures/2 /documents/1/signaturesx /signatures /signatures/1 /search /suggest
/aggregations/status /ws/1 /auth/token /broadcast/1 /stats /openapi.json /document.DocumentService/GetDocument
/ /metrics /health/live /health/ready /docs'''.split()


@check('the Ingress sends every path where Kong does in kong.yml')
def routes():
    gateway = yaml.safe_load((HERE.parent / 'kong.yml').read_text())
    kinds = set()
    for rendered in ALL:
        for ingress in rendered.of('Ingress'):
            kong = ingress['metadata']['annotations'].get('konghq.com/strip-path') == 'false'
            kinds.add('kong' if kong else 'nginx')
            assert kong or ingress['metadata']['annotations']['nginx.ingress.kubernetes.io/use-regex'] == 'true'
            (rule,) = ingress['spec']['rules']
            for path in PATHS + ['/searching', '/documentsx', '/stats/x'] * kong:
                service = ingress_service(rule['http']['paths'], path, kong)
                role = service and component(rendered.selected(rendered.named('Service', service)['spec']['selector'])[0])
                assert role == gateway_service(gateway, path), f'{rendered.name}: {path} goes to {role}'
    assert kinds == {'kong', 'nginx'}
    return f'{len(PATHS)} paths, {" and ".join(sorted(kinds))}'


def gateway_service(gateway, path):
    matching = [
        (route['regex_priority'], service['name'])
        for service in gateway['services']
        for route in service['routes']
        for pattern in route.get('paths', [])
        if re.match(pattern.removeprefix('~'), path)
    ]
    return max(matching)[1] if matching else None


def ingress_service(paths, path, kong):
    """As the controllers choose: Kong expressions, then exact, then the longest prefix; nginx the longest expression."""

    def rank(entry):
        text, kind = entry['path'], entry['pathType']
        if not kong:
            return (len(text), 0) if re.match(text, path) else None
        if kind == 'ImplementationSpecific':
            return (2, len(text)) if re.match(text.removeprefix('/~'), path) else None
        if kind == 'Exact':
            return (1, len(text)) if text == path else None
        return (0, len(text)) if (path + '/').startswith(text.rstrip('/') + '/') else None

    ranked = [(rank(entry), entry['backend']['service']['name']) for entry in paths if rank(entry)]
    return max(ranked)[1] if ranked else None


@check("the settings that the values may have are docmgr's, with its own bounds")
def bounds():
    schema = json.loads((CHART / 'values.schema.json').read_text())
    sections = schema['definitions']['settings']['properties']
    limits = {}
    for section, part in sections.items():
        for name, rule in part['properties'].items():
            variable = KEYS.get(f'{section}.{name}')
            assert variable, f'settings.{section}.{name}: docmgr has no such setting'
            if rule.get('type') == 'integer':
                limits[variable] = (rule['minimum'], rule['maximum'])
    for side in (0, 1):
        found, problem = configuration({variable: str(limit[side]) for variable, limit in limits.items()})
        assert found, problem
        step = (-1, 1)[side]
        found, problem = configuration({variable: str(limit[side] + step) for variable, limit in limits.items()})
        assert not found
        missed = [variable for variable in limits if SETTINGS[variable]['key'] not in problem]
        assert not missed, f'{missed} could be {("less", "more")[side]}'
    return f'{len(limits)} bounds'


@check("the chart's version of the program is that of package.json")
def app_version():
    chart = yaml.safe_load((CHART / 'Chart.yaml').read_text())
    assert chart['appVersion'] == json.loads((HERE.parent.parent / 'package.json').read_text())['version']


@check('README of the chart has every value with its default')
def readme():
    rows = dict(re.findall(r'^\| `([^`]+)` \| (.*?) \|', (CHART / 'README.md').read_text(), re.M))
    used = set()
    for key, value in leaves(yaml.safe_load((CHART / 'values.yaml').read_text())):
        row = next((row for row in rows if fnmatch.fnmatchcase(key, row)), None)
        assert row, f'{key} is missing'
        assert rows[row] in (f'`{json.dumps(value)}`', 'by role'), f'{key}: {rows[row]} instead of `{json.dumps(value)}`'
        used.add(row)
    assert used == rows.keys(), f'there is no {rows.keys() - used}'
    return f'{len(rows)} rows'


def leaves(values, path=''):
    for key, value in values.items():
        if isinstance(value, dict) and value and key != 'resources':
            yield from leaves(value, f'{path}{key}.')
        else:
            yield f'{path}{key}', value


REFUSED = [
    ('roles.document.replicas=two', '/roles/document/replicas.*want integer'),
    ('roles.documents.replicas=2', "/roles.*'documents' not allowed"),
    ('roles.search.autoscaling.targetLag=5', "/roles/search/autoscaling.*'targetLag' not allowed"),
    ('roles.indexer.autoscaling.by=cpu', "/roles/indexer/autoscaling/by.*'metric', 'keda'"),
    ('roles.ws.resources.limits.memory=lots', '/roles/ws/resources/limits/memory.*does not match'),
    ('roles.ws.resources.limits=null', '/roles/ws/resources.*limits'),
    ('settings.listen.port=80', "/settings/listen.*'port' not allowed"),
    ('settings.database.poolSize=201', '/settings/database/poolSize.*200'),
    ('settings.search.url=http://search:9200', '/settings/search/url.*does not match'),
    ('settings.cache.url=redis://:password@redis:6379', '/settings/cache/url.*does not match'),
    ('roles.document.settings.log.level=loud', '/roles/document/settings/log/level.*one of'),
    ('secrets.values.auth-secret=short', '/secrets/values/auth-secret.*32'),
    ('secrets.values.authSecret=x', "/secrets/values.*'authSecret' not allowed"),
    ('securityContext.user=0', '/securityContext/user.*1'),
    ('image.digest=latest', '/image/digest.*does not match'),
    ('ingress.controller=traefik', "/ingress/controller.*'kong', 'nginx'"),
    ('networkPolicy.from[0].podSelectors=x', '/networkPolicy/from/0'),
    ('colour=red', "'colour' not allowed"),
    ('secrets.existing=other', 'secrets.values: .*remove one'),
    ('secrets.values.database-url=mysql://db', '/secrets/values/database-url.*does not match'),
    ('settings.changes.url=', 'nothing gives changes-url, .*settings.changes.url'),
    ('settings.changes.connectUrl=', 'settings.changes.connectUrl: name Kafka Connect'),
    ('settings.shutdown.drain=15000', 'settings.shutdown.drain: .*half'),
    ('roles.ws.terminationGracePeriodSeconds=10', 'roles.ws.terminationGracePeriodSeconds: is less'),
    ('roles.ws.autoscaling.maxReplicas=1', 'roles.ws.autoscaling.maxReplicas: is less than minReplicas'),
    ('roles.indexer.autoscaling.enabled=true,roles.indexer.autoscaling.by=keda', 'keda.bootstrapServers: name'),
    ('ingress.enabled=true', 'ingress.host: name'),
]


@check('wrong values are refused with the name of the value')
def refused():
    trial = CHART / 'ci' / 'trial-values.yaml'
    for change, sentence in REFUSED:
        done = helm('template', RELEASE, str(CHART), '-f', str(trial), '--set', change)
        assert done.returncode != 0, f'{change} is accepted'
        assert re.search(sentence, done.stderr.replace('\n', ' ')), f'{change}: {done.stderr}'
    done = helm('template', RELEASE, str(CHART))
    assert re.search('nothing gives [a-z-]+, which [a-z]+ needs: .*secrets.existing', done.stderr), done.stderr
    return f'{len(REFUSED) + 1} of them'


ALL = [Rendered(values) for values in CI]
assert len(ALL) >= 3
failed = 0
for sentence, function in CHECKS:
    try:
        detail = function()
        print(f'ok    {sentence}' + (f' ({detail})' if detail else ''), flush=True)
    except Exception as error:  # a check that breaks has found something, too
        failed += 1
        print(f'FAIL  {sentence}: {type(error).__name__} {error}', flush=True)
sys.exit(1 if failed else 0)
