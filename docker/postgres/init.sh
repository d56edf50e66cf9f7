#!/usr/bin/env bash
# The postgres image runs this when its volume is empty. Each password comes from NAME or from the file NAME_FILE. Without
# DEBEZIUM_PASSWORD, `docmgr access apply` makes the user that replicates.
set -euo pipefail

for name in DOCMGR_PASSWORD PGBOUNCER_PASSWORD; do
  file=${name}_FILE
  [ -z "${!file:-}" ] || printf -v "$name" %s "$(<"${!file}")"
  : "${!name:?is not set, nor is $file}"
  export "${name?}"
done

psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname template1 --file /etc/postgresql/roles.sql
