"""What docmgr itself says about an environment."""

import base64
import json
import re
import tempfile

import yaml

from .chart import CLI, HERE, SECRET_FILES, container, hook_weight, pod, run

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
