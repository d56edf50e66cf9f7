"""Where the Ingress sends requests."""

import re

import yaml

from .chart import ALL, HERE, check, component

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
