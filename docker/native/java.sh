# shellcheck shell=bash
# What kafka, connect and elasticsearch have in common.

# use_java: PATH and JAVA_HOME lead to a JDK 17 to 21, which Kafka 4 and Elasticsearch 8.11 both support.
use_java() {
  local dir
  for dir in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [[ -x $dir/bin/javac ]] && grep -Eqs '^JAVA_VERSION="(17|18|19|20|21)[."]' "$dir/release"; then
      export JAVA_HOME=$dir PATH=$dir/bin:$PATH
      return
    fi
  done
  [[ -z ${1:-} ]] || fail "no JDK 17 to 21 found: set JAVA_HOME"
  apt_install openjdk-17-jdk-headless
  use_java again
}

# maven FOLDER DIR: runs FOLDER/pom.xml, which downloads into DIR.
maven() { mvn -B -q -ntp -f "$STACK_DIR/$1/pom.xml" package -Dout="$2"; }

pom_property() { sed -n "s:.*<$2>\(.*\)</$2>.*:\1:p" "$STACK_DIR/$1/pom.xml"; }

# Part of a folder's name in STACK_HOME, so that a change of its sources makes a new one.
hash_of() { cat "$@" | sha256sum | cut -c1-8; }

# One download contains the broker, the Connect worker and Debezium.
KAFKA_DIR=$STACK_HOME/kafka-$(pom_property kafka kafka.version)-debezium-$(pom_property kafka debezium.version)
KAFKA_DIR+=-$(hash_of "$STACK_DIR/kafka/pom.xml")

install_kafka() {
  need mvn maven
  once "$KAFKA_DIR" maven kafka
}

# spawn_kafka HEAP CLASS FILE: the C1 compiler alone halves the CPU time of a start, which a development load does not
# get back from C2.
spawn_kafka() {
  spawn java -Xms64m "-Xmx$1" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError \
    "-Dlog4j2.configurationFile=$STACK_DIR/conf/log4j2.properties" -cp "$KAFKA_DIR/libs/*" "$2" "$3"
}
