# shellcheck shell=bash
# Shared by env, role.sh and gateway.sh: the addresses that docmgr is told.

DATABASE_URL=postgres://docmgr:$DOCMGR_PASSWORD@$STACK_HOST:$PGBOUNCER_PORT/docmgr
DATABASE_DIRECT_URL=postgres://docmgr:$DOCMGR_PASSWORD@$STACK_HOST:$POSTGRES_PORT/docmgr
REDIS_URL=redis://$STACK_HOST:$REDIS_PORT
S3_ENDPOINT=http://$STACK_HOST:$MINIO_PORT
KAFKA_BROKERS=$STACK_HOST:$KAFKA_PORT
CONNECT_URL=http://$STACK_HOST:$CONNECT_PORT
ELASTICSEARCH_URL=http://$STACK_HOST:$ELASTICSEARCH_PORT

ROLES=(document signature search ws indexer)

# docmgr_settings: what every role is started with, a line each. A setting of the caller's environment goes first.
docmgr_settings() {
  local name value
  while IFS='=' read -r name value; do
    [[ -z $name ]] || printf '%s=%s\n' "$name" "${!name:-$value}"
  done <<END
DOCMGR_DATABASE_URL=$DATABASE_URL
DOCMGR_DATABASE_DIRECT_URL=$DATABASE_DIRECT_URL
DOCMGR_BLOBS_URL=s3:$S3_ENDPOINT
DOCMGR_BLOBS_ACCESS_KEY=$MINIO_ROOT_USER
DOCMGR_BLOBS_SECRET_KEY=$MINIO_ROOT_PASSWORD
DOCMGR_CACHE_URL=$REDIS_URL
DOCMGR_CHANGES_URL=kafka://$KAFKA_BROKERS
DOCMGR_CHANGES_CONNECT_URL=$CONNECT_URL
DOCMGR_SEARCH_URL=elasticsearch:$ELASTICSEARCH_URL
DOCMGR_DOCUMENTS_URL=grpc://$STACK_HOST:$GRPC_PORT
DOCMGR_AUTH_SECRET=only-for-development-on-this-machine
DOCMGR_LISTEN_TRUSTED_PROXIES=loopback
END
}

# port_of ROLE: where its routes are.
port_of() {
  local variable=${1^^}_PORT
  echo "${!variable}"
}
