# shellcheck shell=bash disable=SC2034
# One role of docmgr, whose name is $NAME. Installing builds docmgr if a source has changed. The document role first
# migrates the database and registers the connector.

ADDRESS=$STACK_HOST:$(port_of "$NAME")

docmgr() { node "$PROGRAM/dist/cli.js" "$@"; }

do_install() { (cd "$PROGRAM" && node src/build/setup.mjs >&2); }

is_ready() { curl -fsS --max-time 5 "http://$ADDRESS/health/ready" >/dev/null 2>&1; }

do_start() {
  local setting
  while read -r setting; do export "${setting?}"; done < <(docmgr_settings)
  [[ $NAME == document ]] || unset DOCMGR_AUTH_SECRET DOCMGR_AUTH_SECOND_SECRET
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
