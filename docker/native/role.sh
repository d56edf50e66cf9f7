#!/usr/bin/env bash
# One role of docmgr as a process of its own, on the servers of this folder. ROLE: document, signature, search, ws, indexer.
#   role.sh ROLE install|start|stop|wait|kill|pause|resume
#   role.sh ROLE log                   what it has written
# `start` builds docmgr if anything changed; that of document first migrates the database and registers the connector.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$STACK_DIR/docmgr-lib.sh"

NAME=${1:-}
[[ " ${ROLES[*]} " == *" $NAME "* ]] || { echo "usage: $0 ${ROLES[*]} COMMAND" >&2; exit 2; }
shift
ADDRESS=$STACK_HOST:$(port_of "$NAME")
PROGRAM=$(dirname "$(dirname "$STACK_DIR")")

docmgr() { node "$PROGRAM/dist/cli.js" "$@"; }

do_install() { (cd "$PROGRAM" && node src/build/setup.mjs >&2); }
do_log() { cat "$STACK_DATA/logs/$NAME.log"; }

is_ready() { curl -fsS --max-time 5 "http://$ADDRESS/health/ready" >/dev/null 2>&1; }

do_start() {
  local setting
  while read -r setting; do export "${setting?}"; done < <(docmgr_settings)
  export DOCMGR_DATA=$STACK_DATA/$NAME
  if [[ $NAME == document ]]; then
    docmgr migrate >&2 || fail "cannot migrate the database"
    docmgr cdc apply >&2 || fail "cannot register the connector"
  fi
  export DOCMGR_LISTEN_{HTTP,DOCUMENT,SIGNATURE,SEARCH,WS}=off DOCMGR_LISTEN_GRPC=$GRPC_PORT
  # The indexer has no routes of its own, only health and metrics.
  if [[ $NAME == indexer ]]; then
    export DOCMGR_LISTEN_HTTP=$INDEXER_PORT
  else
    export "DOCMGR_LISTEN_${NAME^^}=${ADDRESS##*:}"
  fi
  spawn node --enable-source-maps "$PROGRAM/dist/cli.js" serve "--role=$NAME" --data "$STACK_DATA/$NAME"
}

main "$@"
