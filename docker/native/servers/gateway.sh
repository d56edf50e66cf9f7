# shellcheck shell=bash disable=SC2034
# nginx with the routing table of docker/kong.yml, in front of the roles: it replaces that table, not Kong.

ADDRESS=$STACK_HOST:$GATEWAY_PORT
PATH=$PATH:/usr/sbin
FOLDER=$STACK_DATA/gateway

do_install() {
  need nginx nginx-light nginx
  [[ -d $PROGRAM/node_modules/yaml ]] || (cd "$PROGRAM" && node src/build/setup.mjs >&2)
}

# config: prints the configuration of nginx.
do_config() {
  local targets=()
  for role in "${ROLES[@]}"; do targets+=("--target=$role=$STACK_HOST:$(port_of "$role")"); done
  node "$STACK_DIR/gateway/generate.mjs" "--listen=$ADDRESS" "--folder=$FOLDER" "${targets[@]}"
}

# The gateway answers / itself, so this needs no role.
is_ready() { curl -sS --max-time 3 -o /dev/null "http://$ADDRESS/" 2>/dev/null; }

do_start() {
  mkdir -p "$FOLDER"
  do_config >"$FOLDER/nginx.conf"
  spawn nginx -p "$FOLDER" -e "$FOLDER/error.log" -c "$FOLDER/nginx.conf" -g 'daemon off;'
}
