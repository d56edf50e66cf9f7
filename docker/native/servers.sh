# shellcheck shell=bash
# Sourced by up, down, wait, kill, pause and resume.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SERVERS=(postgres pgbouncer redis minio versitygw kafka connect elasticsearch toxiproxy)
# docmgr itself, on these servers.
ROLES=(document signature search ws indexer gateway)

# script NAME COMMAND
script() {
  case $1 in
    document | signature | search | ws | indexer) "$here/role.sh" "$@" ;;
    *) "$here/$1.sh" "${@:2}" ;;
  esac
}

# pick [NAME...]: those named (all servers when none is; --roles: servers, roles and gateway), in starting order, one a line.
pick() {
  local name all=("${SERVERS[@]}" "${ROLES[@]}")
  if [[ $# == 0 ]]; then set -- "${SERVERS[@]}"; fi
  if [[ $* == --roles ]]; then set -- "${all[@]}"; fi
  for name in "$@"; do
    [[ " ${all[*]} " == *" $name "* ]] || { echo "unknown: $name (${all[*]})" >&2; return 2; }
  done
  for name in "${all[@]}"; do
    if [[ " $* " == *" $name "* ]]; then echo "$name"; fi
  done
}

# each COMMAND [NAME...]: up to the first that fails.
each() {
  local name names
  names=$(pick "${@:2}") || exit
  for name in $names; do script "$name" "$1" || exit 1; done
}

# some COMMAND NAME...: like each, but they must be named.
some() {
  [[ $# -gt 1 ]] || { echo "usage: $1 NAME... (${SERVERS[*]} ${ROLES[*]})" >&2; exit 2; }
  each "$@"
}
