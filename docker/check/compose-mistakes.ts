import type { Mistake } from './compose-model.ts'

const mistakesOf = (file: string, rows: [old: string, made: string, problem: string][]) =>
  rows.map(([old, made, problem]) => ({ file, old, new: made, problem }))

/** What a change of a file must be reported as: its old text, its new text, a part of the problem. */
export const COMPOSE_MISTAKES: (Mistake & { problem: string })[] = [
  ...mistakesOf('compose.yml', [
    [
      'postgres: { condition: service_healthy }',
      'postgres: { condition: service_started }',
      'postgres keeps running',
    ],
    ['cdc: { condition: service_completed_successfully }', 'cdc: { condition: service_healthy }', 'cdc ends'],
    [
      'healthcheck: { test: [CMD, redis-cli, ping]',
      'healthcheck: { disable: true, test: [CMD, redis-cli, ping]',
      'health of redis',
    ],
    ['image: kong:3.9.3', 'image: kong:3.9', 'no exact version'],
    ['image: redis:7.2.16-alpine', 'image: redis', 'no exact version'],
    ['image: postgres:15.19-bookworm', 'image: postgres:latest', 'no exact version'],
    ['minio/minio:RELEASE.2025-09-07T16-13-09Z', 'minio/minio:RELEASE.latest', 'no exact version'],
    ['image: quay.io/minio/', 'image: minio/', 'no longer published there'],
    ['command: [serve, --role=ws]', 'command: [serve, --role=ws]\n    build: .', 'migrate and ws both build'],
    ['    build: { context: ., dockerfile: docker/Dockerfile }\n', '', 'nothing builds docmgr:'],
    ['  pull_policy: never\n', '', 'pull_policy is not never'],
    ['container_name: docs-redis', 'container_name: redis', 'not docs-redis'],
    [
      'command: [serve, --role=ws]',
      'command: [serve, --role=ws]\n    container_name: docs-ws',
      'prevents scaling',
    ],
    ['command: [serve, --role=ws]', 'command: [serve, --role=ws]\n    hostname: ws', 'same hostname'],
    [
      'command: [serve, --role=ws]',
      "command: [serve, --role=ws]\n    ports: ['127.0.0.1:8014:8000']",
      'one instance only',
    ],
    ['name: docs\n', 'name: docmgr\n', 'the project is called docmgr'],
    ["'127.0.0.1:${REDIS_PORT:-6379}:6379'", "'${REDIS_PORT:-6379}:6379'", 'not published on 127.0.0.1'],
    ['${REDIS_PORT:-6379}:6379', '${REDIS_PORT:-6379}:6380', 'publishes port 6380'],
    ['127.0.0.1:${KAFKA_UI_PORT:-8080}:8080', '127.0.0.1:8080:8080', 'cannot be changed by a variable'],
    ["{ cpus: '1', memory: 640M, pids: 50 }", '{ memory: 640M, pids: 50 }', 'no limit of CPUs'],
    ["{ cpus: '1', memory: 640M, pids: 50 }", "{ cpus: '1', pids: 50 }", 'no limit of memory'],
    ["options: { max-size: 10m, max-file: '3' }", "options: { max-file: '3' }", 'no limit of logs'],
    ['  restart: unless-stopped\n  logging', '  restart: always\n  logging', 'restart is always'],
    ['./docker/redis/redis.conf:', './docker/redis/redis.config:', 'which does not exist'],
    ['redis.conf:ro,z', 'redis.conf', 'could write to'],
    ['mode=1777,size=256m', 'size=256m', 'tmpfs /var/run/kong has no mode'],
    ['mode=1777,size=256m', 'mode=1777', 'tmpfs /var/run/kong has no size'],
    ['mode=1777,size=256m', 'mode=1777,size=512m', 'leave too little of its memory'],
    ['/kafka/config:', '/kafka/other:', 'is kept when it is recreated'],
    [
      'KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE: 48m',
      'KONG_NGINX_HTTP_CLIENT_BODY_TIMEOUT: 48s',
      'nginx limits bodies to nothing',
    ],
    ['volumes:\n  postgres:\n', 'volumes:\n  unwanted:\n  postgres:\n', 'uses the volume unwanted'],
    ['@pgbouncer:6432/', '@pgbouncer:5432/', 'pgbouncer exposes'],
    ['redis://redis:6379', 'redis://cache:6379', 'cache:6379 names no service'],
    ['grpc://document:50051', 'grpc://document:50052', 'document exposes'],
    ['DEBEZIUM_HOST: postgres', 'DEBEZIUM_HOST: pgbouncer', 'pgbouncer exposes'],
    ["http://127.0.0.1:8083/health'", "http://127.0.0.1:8084/health'", 'asks port 8084'],
    ['networks: [front, back]', 'networks: [front]', 'is in none of its networks'],
    ['0.0.0.0:8002, ', '', 'KONG_STREAM_LISTEN lacks port 8002'],
    ['DOCMGR_CACHE_URL:', 'DOCMGR_CASH_URL:', 'does not need DOCMGR_CASH'],
    [
      'environment: { <<: [*common, *index, *cache] }',
      'environment: { <<: [*common, *index, *cache, *pooled] }',
      'does not need DOCMGR_DATABASE',
    ],
    [
      'environment: { <<: [*common, *pooled, *blobs, *cache] }',
      'environment: { <<: [*common, *pooled, *blobs, *cache, *direct] }',
      'roles go through PgBouncer',
    ],
    [
      'environment: { <<: [*pooled, *blobs, *cache, *changes, *index] }',
      'environment: { <<: [*pooled, *direct, *blobs, *cache, *changes, *index] }',
      'reindex: roles go through PgBouncer',
    ],
    ['    profiles: [reindex]\n', '', 'reindex: is started with the others'],
    [
      'environment: { <<: [*common, *changes, *cache, *documents] }',
      'environment: { <<: [*common, *cache, *documents] }',
      'lacks DOCMGR_CHANGES',
    ],
    ['  read_only: true\n  tmpfs:', '  tmpfs:', 'can write to its root'],
    ['  cap_drop: [ALL]\n  security_opt', '  security_opt', 'keeps capabilities'],
    ["  security_opt: ['no-new-privileges:true']\n\nx-docmgr", '\nx-docmgr', 'can gain privileges'],
    [
      'stop_grace_period: 60s\n  healthcheck',
      'stop_grace_period: 10s\n  healthcheck',
      'shorter than a stop may take',
    ],
    ["  DOCMGR_SHUTDOWN_DRAIN: '4000'", "  DOCMGR_SHUTDOWN_DRAIN: '0'", 'needs 3 s'],
  ]),
  ...mistakesOf('docker/pgbouncer/pgbouncer.ini', [
    ['host=postgres port=5432', 'host=postgres port=6432', 'postgres exposes'],
  ]),
  ...mistakesOf('docker/kong.yml', [
    ['allowed_payload_size: 48', 'allowed_payload_size: 64', 'nginx limits bodies to 48m, kong.yml to 64m'],
    [
      '  - name: request-size-limiting\n    config:\n      allowed_payload_size: 8',
      '  - name: prometheus\n    config:\n      per_consumer: false',
      'does not limit the bodies',
    ],
    ['- target: signature:8000', '- target: signature:8002', 'signature exposes'],
    ['- target: ws:8000', '- target: websocket:8000', 'names no service'],
    ['host: search.upstream', 'host: searches.upstream', 'no upstream searches.upstream'],
    ['destinations: [{ port: 8003 }]', 'destinations: [{ port: 8013 }]', '8013 is not published'],
  ]),
  ...mistakesOf('compose.production.yml', [
    ['ports: !reset []', 'labels: {}', 'published in production'],
    ["['${GATEWAY_TLS_PORT:-8443}:8443']", "['${GATEWAY_PORT:-8000}:8000']", 'port 8000 is published'],
    ["'${GATEWAY_TLS_PORT:-8443}:8443'", "'8443:8443'", 'cannot be changed by a variable'],
    ['0.0.0.0:8443 ssl http2', '0.0.0.0:8000, 0.0.0.0:8443 ssl http2', 'listens without TLS: 0.0.0.0:8000'],
    [
      'DOCMGR_CACHE_URL_FILE: /run/secrets/cache_url',
      'DOCMGR_CACHE_URL: redis://:password@redis:6379',
      'DOCMGR_CACHE_URL has its secret',
    ],
    [
      'environment: !override { <<: [*common, *pooled, *blobs, *cache] }',
      'environment: { <<: [*common, *pooled, *blobs, *cache] }',
      'DOCMGR_AUTH_SECRET has its secret',
    ],
    ['      PGBOUNCER_PASSWORD: !reset null\n', '', 'PGBOUNCER_PASSWORD has its secret'],
    [
      'secrets: [auth_secret, search_url, cache_url]',
      'secrets: [auth_secret, cache_url]',
      'search_url, which it is not given',
    ],
    [
      'secrets: [auth_secret, search_url, cache_url]',
      'secrets: [auth_secret, search_url, cache_url, changes_url]',
      'changes_url and does not read it',
    ],
    ['DOCMGR_AUTH_MODE: required', 'DOCMGR_AUTH_MODE: open', 'tokens are not required'],
    ['profiles: [tools]', 'labels: {}', 'kafka-ui is started'],
    ['internal: true', 'internal: false', 'not internal'],
    ["KONG_ADMIN_LISTEN: 'off'", 'KONG_ADMIN_LISTEN: 0.0.0.0:8001', 'KONG_ADMIN_LISTEN is not off'],
    ["KONG_STREAM_LISTEN: 'off'", 'KONG_STREAM_LISTEN: 0.0.0.0:8002', 'KONG_STREAM_LISTEN is not off'],
    [
      "elastic_password: { file: '${SECRETS:-./secrets}/elastic_password' }",
      'elastic_password: { environment: ELASTIC }',
      'comes from no file',
    ],
  ]),
  ...mistakesOf('docker/pgbouncer/start.sh', [['#!/bin/sh\n', '#!/bin/sh\r\n', 'which has CRs']]),
]

/** Mistakes in compose.yml that its own parser finds. */
export const REFUSED_BY_COMPOSE: Omit<Mistake, 'file'>[] = [
  { old: "volumes: ['kafka:/var/lib/kafka/data']", new: "volumes: ['kafkas:/var/lib/kafka/data']" },
  {
    old: '  migrate: { condition: service_completed_successfully }',
    new: '  migrations: { condition: service_completed_successfully }',
  },
  { old: 'networks: [front, back]', new: 'networks: [front, rear]' },
  { old: '    image: kong:3.9.3', new: '    imgae: kong:3.9.3' },
]
