"""Whether every pod is configured as its role wants it."""

import re
import tempfile
from pathlib import Path

from .chart import ALL, CLI, JOBS, SECRET_FILES, check, component, container, hook_weight, pod, run, variables
from .settings import IMAGE, NODE, configuration, environment_of


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
        unknown = [word for word in command if word.split('=')[0] not in usage]
        assert not unknown, f'docmgr {" ".join(command)}: there is no {unknown}'
    return ', '.join(sorted({' '.join(word for word in command if word[0] != '-') for command in found}))


PATHS = '''/documents /documents/ /documents/1 /documents/1/stats /documents/1/content /documents/1/signatures
/documents/1/signatures/ /documents/1/signatures/2 /documents/1/signaturesx /signatures /signatures/1 /search /suggest
/aggregations/status /ws/1 /auth/token /broadcast/1 /stats /openapi.json /document.DocumentService/GetDocument
/ /metrics /health/live /health/ready /docs'''.split()


@check('a pod that is told to stop has the time for it')
def stopping():
    for rendered in ALL:
        for each in rendered.of('Deployment'):
            env = variables(each)
            drain, limit = (int(env[f'DOCMGR_SHUTDOWN_{name}']) for name in ('DRAIN', 'LIMIT'))
            assert drain + limit <= 1000 * pod(each)['spec']['terminationGracePeriodSeconds']
            assert drain + limit / 2 <= limit
