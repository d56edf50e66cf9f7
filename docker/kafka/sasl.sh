#!/usr/bin/env bash
# Puts the passwords of secret files where Kafka and Connect look for them, then runs the command it is given; sourced,
# it only sets `login`, the client's side. Neither image reads a file itself.
set -eu

password=$(cat /run/secrets/kafka_password)
login="org.apache.kafka.common.security.plain.PlainLoginModule required username=\"docmgr\" password=\"$password\";"

if [ "$#" -gt 0 ]; then
  # The broker: what it logs in to itself with, and who else may.
  export KAFKA_LISTENER_NAME_INSIDE_PLAIN_SASL_JAAS_CONFIG="${login%;} user_docmgr=\"$password\";"
  export CONNECT_SASL_JAAS_CONFIG="$login" CONNECT_PRODUCER_SASL_JAAS_CONFIG="$login"
  export CONNECT_CONSUMER_SASL_JAAS_CONFIG="$login" CONNECT_ADMIN_SASL_JAAS_CONFIG="$login"
  # Connect's image prints its settings, but not these.
  export SENSITIVE_PROPERTIES=CONNECT_SASL_JAAS_CONFIG,CONNECT_PRODUCER_SASL_JAAS_CONFIG,CONNECT_CONSUMER_SASL_JAAS_CONFIG,CONNECT_ADMIN_SASL_JAAS_CONFIG
  if [ -f /run/secrets/debezium_password ]; then
    DEBEZIUM_PASSWORD=$(cat /run/secrets/debezium_password)
    export DEBEZIUM_PASSWORD
  fi
  exec "$@"
fi
