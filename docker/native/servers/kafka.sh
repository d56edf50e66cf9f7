# shellcheck shell=bash disable=SC2034
# Apache Kafka, one KRaft node: broker and controller in one process.
. "$STACK_DIR/java.sh"

ADDRESS=$STACK_HOST:$KAFKA_PORT
CONF=$STACK_DATA/conf/kafka.properties

# Of the second listener, each with its name as its password.
KAFKA_USERS='user_admin="admin" user_ws="ws" user_indexer="indexer" user_cdc="cdc" user_connect="connect" user_reindex="reindex" user_ui="ui"'

do_install() { install_kafka; }

# tool CLASS [ARGUMENT…]: a class of org.apache.kafka.tools.
do_tool() {
  use_java
  java -Xmx256m -XX:TieredStopAtLevel=1 "-Dlog4j2.configurationFile=$STACK_DIR/conf/log4j2-tool.properties" \
    -cp "$KAFKA_DIR/libs/*" "org.apache.kafka.tools.$1" --bootstrap-server "$ADDRESS" "${@:2}"
}

# java CLASS [ARGUMENT…]: any class of Kafka's jars.
do_java() {
  use_java
  exec java -Xmx256m -cp "$KAFKA_DIR/libs/*" "$@"
}

# The port opens before the broker can be used; this is the last line of a start.
is_ready() { grep -q 'Kafka Server started' "$STACK_DATA/logs/kafka.log" && port_open "$KAFKA_PORT"; }

do_start() {
  use_java
  render kafka.properties >"$CONF"
  [[ -f $STACK_DATA/kafka/meta.properties ]] || format
  spawn_kafka "${KAFKA_HEAP:-512m}" kafka.Kafka "$CONF"
}

# Once per data directory. The cluster id is any 16 bytes in base64url.
format() {
  local log=$STACK_DATA/logs/kafka-format.log
  java -Xmx256m -cp "$KAFKA_DIR/libs/*" "-Dlog4j2.configurationFile=$STACK_DIR/conf/log4j2.properties" \
    kafka.tools.StorageTool format -c "$CONF" -t "$(head -c 16 /dev/urandom | base64 | tr '+/' 'ab' | tr -d '=')" \
    >"$log" 2>&1 || fail "see $log"
}
