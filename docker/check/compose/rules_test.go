package main

import (
	"strings"
	"testing"
)

const root = "../../.."

func TestTheFilesKeepEveryRule(t *testing.T) {
	for _, production := range []bool{false, true} {
		system, err := open(root, unchanged, production, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range system.problems() {
			t.Errorf("%s: %s", system.name, problem)
		}
	}
}

// mutation breaks one thing in a file; `want` is a part of what must be said about it.
type mutation struct{ file, old, new, want string }

const (
	compose    = "compose.yml"
	overlay    = "compose.production.yml"
	kongFile   = "docker/kong.yml"
	bouncer    = "docker/pgbouncer/pgbouncer.ini"
	drain      = "  DOCMGR_SHUTDOWN_DRAIN: '4000'"
	dockerfile = "docker/Dockerfile"
	ignored    = ".dockerignore"
	redisLimit = "{ cpus: '1', memory: 640M, pids: 50 }"
)

var mutations = []mutation{
	{compose, "postgres: { condition: service_healthy }", "postgres: { condition: service_started }", "postgres runs on"},
	{compose, "cdc: { condition: service_completed_successfully }", "cdc: { condition: service_healthy }", "cdc ends"},
	{compose, "healthcheck: { test: [CMD, redis-cli, ping]", "healthcheck: { disable: true, test: [CMD, redis-cli, ping]", "health of redis"},
	{compose, "image: kong:3.9.3", "image: kong:3.9", "no exact version"},
	{compose, "image: redis:7.2.14-alpine", "image: redis", "no exact version"},
	{compose, "image: postgres:15.18-bookworm", "image: postgres:latest", "no exact version"},
	{compose, "minio/minio:RELEASE.2025-09-07T16-13-09Z", "minio/minio:RELEASE.latest", "no exact version"},
	{compose, "image: quay.io/minio/", "image: minio/", "no longer published there"},
	{compose, "command: [serve, --role=ws]", "command: [serve, --role=ws]\n    build: .", "migrate and ws both build"},
	{compose, "    build: { context: ., dockerfile: docker/Dockerfile }\n", "", "nothing builds docmgr:"},
	{compose, "  pull_policy: never\n", "", "pull_policy is not never"},
	{compose, "container_name: docs-redis", "container_name: redis", "not docs-redis"},
	{compose, "command: [serve, --role=ws]", "command: [serve, --role=ws]\n    container_name: docs-ws", "forbids to scale"},
	{compose, "command: [serve, --role=ws]", "command: [serve, --role=ws]\n    hostname: ws", "same hostname"},
	{compose, "command: [serve, --role=ws]", "command: [serve, --role=ws]\n    ports: ['127.0.0.1:8014:8000']", "one instance only"},
	{compose, "name: docs\n", "name: docmgr\n", "project's name"},
	{compose, "ports: ['127.0.0.1:6379:6379']", "ports: ['6379:6379']", "not published on 127.0.0.1"},
	{compose, "ports: ['127.0.0.1:6379:6379']", "ports: ['127.0.0.1:6379:6380']", "publishes port 6380"},
	{compose, redisLimit, "{ memory: 640M, pids: 50 }", "no limit of CPUs"},
	{compose, redisLimit, "{ cpus: '1', pids: 50 }", "no limit of memory"},
	{compose, "options: { max-size: 10m, max-file: '3' }", "options: { max-file: '3' }", "no limit of logs"},
	{compose, "  restart: unless-stopped\n  logging", "  restart: always\n  logging", `restart is "always"`},
	{compose, "./docker/redis/redis.conf:", "./docker/redis/redis.config:", "which is not there"},
	{compose, "redis.conf:ro", "redis.conf", "could write to"},
	{compose, "mode=1777,size=256m", "size=256m", "tmpfs /var/run/kong has no mode"},
	{compose, "mode=1777,size=256m", "mode=1777", "tmpfs /var/run/kong has no size"},
	{compose, "volumes:\n  postgres:\n", "volumes:\n  unwanted:\n  postgres:\n", "volume unwanted"},
	{compose, "@pgbouncer:6432/", "@pgbouncer:5432/", "pgbouncer exposes"},
	{compose, "redis://redis:6379", "redis://cache:6379", "cache:6379 names no service"},
	{compose, "grpc://document:50051", "grpc://document:50052", "document exposes"},
	{compose, "DEBEZIUM_HOST: postgres", "DEBEZIUM_HOST: pgbouncer", "pgbouncer exposes"},
	{compose, "http://127.0.0.1:8083/health'", "http://127.0.0.1:8084/health'", "asks port 8084"},
	{compose, "networks: [front, back]", "networks: [front]", "is in none of its networks"},
	{bouncer, "host=postgres port=5432", "host=postgres port=6432", "postgres exposes"},
	{kongFile, "- target: signature:8000", "- target: signature:8002", "signature exposes"},
	{kongFile, "- target: ws:8000", "- target: websocket:8000", "names no service"},
	{kongFile, "host: search.upstream", "host: searches.upstream", "no upstream searches.upstream"},
	{kongFile, "destinations: [{ port: 8003 }]", "destinations: [{ port: 8013 }]", "8013 is not published"},
	{compose, "0.0.0.0:8002, ", "", "KONG_STREAM_LISTEN lacks port 8002"},
	{compose, "DOCMGR_CACHE_URL:", "DOCMGR_CASH_URL:", "knows no variable DOCMGR_CASH_URL"},
	{compose, "environment: { <<: [*common, *index] }", "environment: { <<: [*common, *index, *pooled] }", "is not about DOCMGR_DATABASE_URL"},
	{compose, "environment: { <<: [*common, *pooled, *blobs, *cache] }", "environment: { <<: [*common, *pooled, *blobs, *cache, *direct] }", "roles go through PgBouncer"},
	{compose, "environment: { <<: [*pooled, *blobs, *index] }", "environment: { <<: [*pooled, *direct, *blobs, *index] }", "reindex: roles go through PgBouncer"},
	{compose, "    profiles: [reindex]\n", "", "reindex: is started with the others"},
	{compose, "environment: { <<: [*common, *changes] }", "environment: { <<: [*common] }", "told nothing of DOCMGR_CHANGES"},
	{compose, "  read_only: true\n  tmpfs:", "  tmpfs:", "can be written"},
	{compose, "  cap_drop: [ALL]\n  security_opt", "  security_opt", "keeps capabilities"},
	{compose, "  security_opt: ['no-new-privileges:true']\n\nx-docmgr", "\nx-docmgr", "may gain privileges"},
	{compose, "stop_grace_period: 60s\n  healthcheck", "stop_grace_period: 10s\n  healthcheck", "less than it may take"},
	{compose, drain, "  DOCMGR_SHUTDOWN_DRAIN: '0'", "needs 3 s"},
	{overlay, "ports: !reset []", "labels: {}", "published in production"},
	{overlay, "['8000:8000', '8443:8443']", "['8000:8000', '8443:8443', '8001:8001']", "port 8001 is published"},
	{overlay, "DOCMGR_CACHE_URL_FILE: /run/secrets/cache_url", "DOCMGR_CACHE_URL: redis://:password@redis:6379", "DOCMGR_CACHE_URL has its secret"},
	{overlay, "environment: !override { <<: [*common, *pooled, *blobs, *cache] }", "environment: { <<: [*common, *pooled, *blobs, *cache] }", "DOCMGR_AUTH_SECRET has its secret"},
	{overlay, "      PGBOUNCER_PASSWORD: !reset null\n", "", "PGBOUNCER_PASSWORD has its secret"},
	{overlay, "secrets: [auth_secret, search_url]", "secrets: [auth_secret]", "search_url, which it is not given"},
	{overlay, "secrets: [auth_secret, search_url]", "secrets: [auth_secret, search_url, cache_url]", "cache_url and does not read it"},
	{overlay, "DOCMGR_AUTH_MODE: required", "DOCMGR_AUTH_MODE: open", "tokens are not required"},
	{overlay, "profiles: [tools]", "labels: {}", "kafka-ui is started"},
	{overlay, "internal: true", "internal: false", "not internal"},
	{overlay, "KONG_ADMIN_LISTEN: 'off'", "KONG_ADMIN_LISTEN: 0.0.0.0:8001", "KONG_ADMIN_LISTEN is not off"},
	{overlay, "KONG_STREAM_LISTEN: 'off'", "KONG_STREAM_LISTEN: 0.0.0.0:8002", "KONG_STREAM_LISTEN is not off"},
	{dockerfile, "COPY drizzle ", "COPY drizzles ", "drizzles, which is not there"},
	{ignored, "!src\n", "", "hides src"},
	{ignored, "!src\n", "!src\n!secrets\n", "lets secrets through"},
	{overlay, "elastic_password: { file: '${SECRETS:-./secrets}/elastic_password' }", "elastic_password: { environment: ELASTIC }", "comes from no file"},
}

func TestEachMistakeIsFound(t *testing.T) {
	known := variablesOf(t)
	for _, mutation := range mutations {
		t.Run(mutation.want+" "+mutation.new, func(t *testing.T) {
			t.Parallel()
			done := false
			change := func(name, text string) string {
				if name != mutation.file {
					return text
				}
				done = strings.Contains(text, mutation.old)
				return strings.ReplaceAll(text, mutation.old, mutation.new)
			}
			system, err := open(root, change, mutation.file == overlay, known)
			if !done {
				t.Fatalf("%s does not have %q", mutation.file, mutation.old)
			}
			if err != nil {
				t.Fatalf("cannot be read: %v", err)
			}
			problems := system.problems()
			for _, problem := range problems {
				if strings.Contains(problem, mutation.want) {
					return
				}
			}
			t.Errorf("not found; said was only %q", problems)
		})
	}
}

// variablesOf are those that the files use, which TestTheFilesKeepEveryRule and docker/check/run compare with docmgr's.
func variablesOf(t *testing.T) []string {
	t.Helper()
	system, err := open(root, unchanged, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, service := range system.services() {
		for name := range service.Environment {
			names = append(names, name)
		}
	}
	return names
}

func TestBrokenReferencesAreRefusedByTheParser(t *testing.T) {
	for old, new := range map[string]string{
		"volumes: ['kafka:/var/lib/kafka/data']":                   "volumes: ['kafkas:/var/lib/kafka/data']",
		"  migrate: { condition: service_completed_successfully }": "  migrations: { condition: service_completed_successfully }",
		"networks: [front, back]":                                  "networks: [front, rear]",
		"    image: kong:3.9.3":                                    "    imgae: kong:3.9.3",
	} {
		done := false
		change := func(name, text string) string {
			done = done || strings.Contains(text, old)
			return strings.ReplaceAll(text, old, new)
		}
		if _, err := open(root, change, false, nil); err == nil || !done {
			t.Errorf("%q was accepted (replaced: %v)", new, done)
		}
	}
}
