"""Values: their schema, their documentation, and what is refused."""

import fnmatch
import json
import re

import yaml

from .chart import CHART, HERE, RELEASE, check, helm
from .settings import KEYS, SETTINGS, configuration


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
    ('jobs.connector.properties.poll=100', '/jobs/connector/properties/poll.*want string'),
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
