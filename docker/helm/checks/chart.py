"""The chart as Helm renders it, and how to find one's way in it."""

import subprocess
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).parent.parent
CHART = HERE / 'docmgr'
CLI, *HELMS = sys.argv[1:]
CI = sorted((CHART / 'ci').glob('*-values.yaml'))
ROLES = ['document', 'signature', 'search', 'ws', 'indexer']
JOBS = ['migrate', 'connector']
RELEASE = 'rel'
SECRET_FILES = '/run/secrets/docmgr/'


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


def variables(workload):
    return {each['name']: each.get('value') for each in container(workload)['env']}


CHECKS = []


def check(sentence):
    """Makes a function a check: it raises when the sentence does not hold, and may return a detail."""
    return lambda function: CHECKS.append((sentence, function)) or function


ALL = [Rendered(values) for values in CI]
assert len(ALL) >= 3
