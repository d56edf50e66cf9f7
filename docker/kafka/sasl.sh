#!/usr/bin/env bash
# Logs the server or client in as a user, with the password from its secret file, which no image reads, and runs a program:
#
#   sasl.sh USER PROGRAM [ARGUMENT…]
#
# Without a program (sourced, after `set -- USER`) it only sets `login`, the client's configuration.
set -eu

module='org.apache.kafka.common.security.plain.PlainLoginModule required'
password_of() { cat "/run/secrets/kafka_$1_password"; }
login="$module username=\"$1\" password=\"$(password_of "$1")\";"

if [ "$#" -gt 1 ]; then
  shift
  # The broker's own login, and the users that may log in: those whose passwords it is given.
  users=$login
  for file in /run/secrets/kafka_*_password; do
    user=${file#*/kafka_}
    user=${user%_password}
    users="${users%;} user_$user=\"$(password_of "$user")\";"
  done
  export KAFKA_LISTENER_NAME_INSIDE_PLAIN_SASL_JAAS_CONFIG="$users"
  export KAFKA_LISTENER_NAME_CONTROLLER_PLAIN_SASL_JAAS_CONFIG="$users"
  export CONNECT_SASL_JAAS_CONFIG="$login" CONNECT_PRODUCER_SASL_JAAS_CONFIG="$login"
  export CONNECT_CONSUMER_SASL_JAAS_CONFIG="$login" CONNECT_ADMIN_SASL_JAAS_CONFIG="$login"
  # Connect's image prints its settings, except these.
  export SENSITIVE_PROPERTIES=CONNECT_SASL_JAAS_CONFIG,CONNECT_PRODUCER_SASL_JAAS_CONFIG,CONNECT_CONSUMER_SASL_JAAS_CONFIG,CONNECT_ADMIN_SASL_JAAS_CONFIG
  if [ -f /run/secrets/postgres_connect_password ]; then
    DEBEZIUM_PASSWORD=$(cat /run/secrets/postgres_connect_password)
    export DEBEZIUM_PASSWORD
  fi
  exec "$@"
fi
