#!/bin/sh
# Starts PgBouncer with the password of its own role, from PGBOUNCER_PASSWORD or the file PGBOUNCER_PASSWORD_FILE. It is
# written to a tmpfs only (/run/pgbouncer).
set -eu
umask 077
password=${PGBOUNCER_PASSWORD:-$(cat "$PGBOUNCER_PASSWORD_FILE")}
printf '"pgbouncer" "%s"\n' "$(printf %s "$password" | sed 's/"/""/g')" >/run/pgbouncer/users
unset password PGBOUNCER_PASSWORD
exec pgbouncer /etc/pgbouncer/pgbouncer.ini
