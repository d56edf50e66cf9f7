# shellcheck shell=bash disable=SC2034
# A distributed worker of Kafka Connect with Debezium's PostgreSQL connector. `docmgr cdc` manages the connector.
. "$STACK_DIR/java.sh"

ADDRESS=$STACK_HOST:$CONNECT_PORT

do_install() { install_kafka; }

# 200 only once the worker has joined its group and read its topics.
is_ready() { curl -fsS --max-time 3 "http://$ADDRESS/health" >/dev/null 2>&1; }

do_start() {
  use_java
  render connect.properties >"$STACK_DATA/conf/connect.properties"
  # The placeholders of docker/debezium/connector.json.
  export DEBEZIUM_HOST=$STACK_HOST DEBEZIUM_PORT=${DEBEZIUM_PORT:-$POSTGRES_PORT} DEBEZIUM_DBNAME=docmgr DEBEZIUM_USER=debezium
  export DEBEZIUM_PASSWORD DEBEZIUM_POLL_MS=${DEBEZIUM_POLL_MS:-10}
  spawn_kafka "${CONNECT_HEAP:-512m}" org.apache.kafka.connect.cli.ConnectDistributed \
    "$STACK_DATA/conf/connect.properties"
}
