#!/usr/bin/env bash
# nginx with the routing table of docker/kong.yml, in front of the roles: a stand-in for that table, not for Kong.
#   gateway.sh install|start|stop|wait|kill|pause|resume
#   gateway.sh config                  the configuration of nginx
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$STACK_DIR/docmgr-lib.sh"

NAME=gateway
ADDRESS=$STACK_HOST:$GATEWAY_PORT
PATH=$PATH:/usr/sbin
FOLDER=$STACK_DATA/gateway

do_install() {
  need nginx nginx-light nginx
  [[ -d $STACK_DIR/../../node_modules/yaml ]] || (cd "$STACK_DIR/../.." && node src/build/setup.mjs >&2)
}

do_config() {
  local targets=()
  for role in "${ROLES[@]}"; do targets+=("--target=$role=$STACK_HOST:$(port_of "$role")"); done
  node "$STACK_DIR/gateway/generate.mjs" "--listen=$ADDRESS" "--folder=$FOLDER" "${targets[@]}"
}

# Also without a role behind it: / is answered here.
is_ready() { curl -sS --max-time 3 -o /dev/null "http://$ADDRESS/" 2>/dev/null; }

do_start() {
  mkdir -p "$FOLDER"
  do_config >"$FOLDER/nginx.conf"
  spawn nginx -p "$FOLDER" -e "$FOLDER/error.log" -c "$FOLDER/nginx.conf" -g 'daemon off;'
}

main "$@"
