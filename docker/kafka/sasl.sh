#!/usr/bin/env bash
# Sets Kafka's and Connect's variables from the secret files, which neither image reads, then runs its arguments. Without
# arguments (sourced) it only sets `login`, the client's configuration.
set -eu

password=$(cat /run/secrets/kafka_password)
login="org.apache.kafka.common.security.plain.PlainLoginModule required username=\"docmgr\" password=\"$password\";"

if [ "$#" -gt 0 ]; then
  # The broker's own login, and the users that may log in.
  export KAFKA_LISTENER_NAME_INSIDE_PLAIN_SASL_JAAS_CONFIG="${login%;} user_docmgr=\"$password\";"
  export CONNECT_SASL_JAAS_CONFIG="$login" CONNECT_PRODUCER_SASL_JAAS_CONFIG="$login"
  export CONNECT_CONSUMER_SASL_JAAS_CONFIG="$login" CONNECT_ADMIN_SASL_JAAS_CONFIG="$login"
  # Connect's image prints its settings, except these.
  export SENSITIVE_PROPERTIES=CONNECT_SASL_JAAS_CONFIG,CONNECT_PRODUCER_SASL_JAAS_CONFIG,CONNECT_CONSUMER_SASL_JAAS_CONFIG,CONNECT_ADMIN_SASL_JAAS_CONFIG
  if [ -f /run/secrets/debezium_password ]; then
    DEBEZIUM_PASSWORD=$(cat /run/secrets/debezium_password)
    export DEBEZIUM_PASSWORD
  fi
  exec "$@"
fi
