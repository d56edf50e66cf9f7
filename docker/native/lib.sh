# shellcheck shell=bash
# What the servers have in common. Sourced by `stack`, never run.
#
# A file servers/NAME.sh sets ADDRESS and defines
#   do_install   fetches what is missing; repeatable
#   do_start     launches the server with spawn; need not wait
#   is_ready     succeeds once it serves requests
# It may set STOP_SIGNAL and redefine do_setup. Any other do_X is a tool: `stack exec NAME X`. A file may be loaded for
# several NAMEs (the roles). Needs Linux, bash 5, curl and util-linux (flock, setsid, setpriv).

set -euo pipefail

STACK_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROGRAM=$(dirname "$(dirname "$STACK_DIR")")
STACK_HOME=$(realpath -m "${STACK_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/docmgr-stack}") # programs; stacks can share it
# As root, PostgreSQL and PgBouncer run as user postgres, who cannot enter a private home directory.
if [[ $(id -u) == 0 ]]; then
  STACK_DATA=$(realpath -m "${STACK_DATA:-/var/lib/docmgr-stack}")
else
  STACK_DATA=$(realpath -m "${STACK_DATA:-$STACK_HOME/data}")
fi
STACK_TIMEOUT=${STACK_TIMEOUT:-90} # seconds until a server must be ready
STACK_HOST=127.0.0.1

while read -r name port; do
  declare "$name=${!name:-$((port + ${STACK_PORT_OFFSET:-0}))}"
done <<END
POSTGRES_PORT 5432
PGBOUNCER_PORT 6432
REDIS_PORT 6379
MINIO_PORT 9000
MINIO_CONSOLE_PORT 9001
VERSITYGW_PORT 7070
KAFKA_PORT 9092
KAFKA_CONTROLLER_PORT 9093
KAFKA_SASL_PORT 9094
CONNECT_PORT 8083
ELASTICSEARCH_PORT 9200
ELASTICSEARCH_TRANSPORT_PORT 9300
TOXIPROXY_PORT 8474
GATEWAY_PORT 8000
DOCUMENT_PORT 8005
SIGNATURE_PORT 8002
SEARCH_PORT 8003
WS_PORT 8004
INDEXER_PORT 8006
GRPC_PORT 50051
END

# Clients of Kafka are sent to this port after the first request: the broker's own, or that of a proxy.
KAFKA_ADVERTISED_PORT=${KAFKA_ADVERTISED_PORT:-$KAFKA_PORT}

# For development (letters and digits): every server listens on the loopback address only.
POSTGRES_PASSWORD=${POSTGRES_PASSWORD:-postgres}      # superuser postgres
DOCMGR_PASSWORD=${DOCMGR_PASSWORD:-docmgr}            # owner of the database docmgr
DEBEZIUM_PASSWORD=${DEBEZIUM_PASSWORD:-debezium}      # logical replication
PGBOUNCER_PASSWORD=${PGBOUNCER_PASSWORD:-pgbouncer}   # reads the password hashes of the others
MINIO_ROOT_USER=${MINIO_ROOT_USER:-docmgr}            # S3 access key
MINIO_ROOT_PASSWORD=${MINIO_ROOT_PASSWORD:-docmgr-s3} # S3 secret key, 8 characters or more

fail() { echo "$NAME: $*" >&2; exit 1; }

# --- what docmgr and the tests get ------------------------------------------------------------

ROLES=(document signature search ws indexer)

# port_of ROLE: where its routes are.
port_of() {
  local variable=${1^^}_PORT
  echo "${!variable}"
}

# What every role is started with, one NAME=VALUE per line. A variable of the caller takes precedence.
# The secret of tokens is of the document role alone.
docmgr_settings() {
  local name value
  while IFS='=' read -r name value; do printf '%s=%s\n' "$name" "${!name:-$value}"; done <<END
DOCMGR_DATABASE_URL=postgres://docmgr:$DOCMGR_PASSWORD@$STACK_HOST:$PGBOUNCER_PORT/docmgr
DOCMGR_DATABASE_DIRECT_URL=postgres://docmgr:$DOCMGR_PASSWORD@$STACK_HOST:$POSTGRES_PORT/docmgr
DOCMGR_BLOBS_URL=s3:http://$STACK_HOST:$MINIO_PORT
DOCMGR_BLOBS_ACCESS_KEY=$MINIO_ROOT_USER
DOCMGR_BLOBS_SECRET_KEY=$MINIO_ROOT_PASSWORD
DOCMGR_CACHE_URL=redis://$STACK_HOST:$REDIS_PORT
DOCMGR_CHANGES_URL=kafka://$STACK_HOST:$KAFKA_PORT
DOCMGR_CHANGES_CONNECT_URL=http://$STACK_HOST:$CONNECT_PORT
DOCMGR_SEARCH_URL=elasticsearch:http://$STACK_HOST:$ELASTICSEARCH_PORT
DOCMGR_DOCUMENTS_URL=grpc://$STACK_HOST:$GRPC_PORT
DOCMGR_AUTH_SECRET=only-for-development-on-this-machine
DOCMGR_AUTH_SERVICES_KEY=MC4CAQAwBQYDK2VwBCIEIDlZ4URz7EbuKwyVEPGR6ClaA2ji5M/xh7Q0kRDusgQ3
DOCMGR_AUTH_SERVICES_KEYS=signature:MCowBQYDK2VwAyEAgtPqHfZK33kn70q+xCVObOuYki67CU+QRVYqNPPAXkU=,search:MCowBQYDK2VwAyEAgtPqHfZK33kn70q+xCVObOuYki67CU+QRVYqNPPAXkU=,ws:MCowBQYDK2VwAyEAgtPqHfZK33kn70q+xCVObOuYki67CU+QRVYqNPPAXkU=,indexer:MCowBQYDK2VwAyEAgtPqHfZK33kn70q+xCVObOuYki67CU+QRVYqNPPAXkU=
DOCMGR_LISTEN_TRUSTED_PROXIES=loopback
END
}

# What src/testing/stack.ts reads.
test_settings() {
  cat <<END
DATABASE_URL=postgres://docmgr:$DOCMGR_PASSWORD@$STACK_HOST:$PGBOUNCER_PORT/docmgr
DATABASE_DIRECT_URL=postgres://docmgr:$DOCMGR_PASSWORD@$STACK_HOST:$POSTGRES_PORT/docmgr
DATABASE_ADMIN_URL=postgres://postgres:$POSTGRES_PASSWORD@$STACK_HOST:$POSTGRES_PORT/postgres
REDIS_URL=redis://$STACK_HOST:$REDIS_PORT
S3_ENDPOINT=http://$STACK_HOST:$MINIO_PORT
S3_SECOND_ENDPOINT=http://$STACK_HOST:$VERSITYGW_PORT
AWS_ACCESS_KEY_ID=$MINIO_ROOT_USER
AWS_SECRET_ACCESS_KEY=$MINIO_ROOT_PASSWORD
AWS_REGION=us-east-1
KAFKA_BROKERS=$STACK_HOST:$KAFKA_PORT
KAFKA_SASL_BROKERS=$STACK_HOST:$KAFKA_SASL_PORT
CONNECT_URL=http://$STACK_HOST:$CONNECT_PORT
ELASTICSEARCH_URL=http://$STACK_HOST:$ELASTICSEARCH_PORT
TOXIPROXY_URL=http://$STACK_HOST:$TOXIPROXY_PORT
END
}

# --- installing -------------------------------------------------------------------------------

# apt_install PACKAGE [UNIT]: on Debian and Ubuntu; elsewhere it asks for the package. UNIT is the
# system service of the package: it would use our port, so it is disabled.
apt_install() {
  local package=$1 unit=${2:-} log=$STACK_DATA/logs/install-$NAME.log sudo=()
  command -v apt-get >/dev/null || fail "install $package first (no apt-get here)"
  [[ $(id -u) == 0 ]] || sudo=(sudo)
  (
    flock 7 # several servers may install at the same time
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive sh -ec "
      install='apt-get -o DPkg::Lock::Timeout=300 install -yq --no-install-recommends $package'
      \$install || { apt-get update -q; \$install; }
      if [ -n '$unit' ] && [ -d /run/systemd/system ]; then systemctl disable --now $unit; fi
    " >"$log" 2>&1 7>&- 9>&-
  ) 7>"$STACK_HOME/apt.lock" || fail "see $log"
}

# need COMMAND PACKAGE [UNIT]: installs the package unless the command exists.
need() { command -v "$1" >/dev/null || apt_install "${@:2}"; }

# once DIR COMMAND…: unless DIR exists, `COMMAND… DIR.part` makes it. The rename at the end hides an
# unfinished folder; the lock lets several stacks share STACK_HOME.
once() {
  local dir=$1 log=$STACK_DATA/logs/install-$NAME.log
  shift
  [[ ! -d $dir ]] || return 0
  (
    flock 8
    [[ ! -d $dir ]] || exit 0
    rm -rf "$dir.part"
    mkdir -p "$dir.part"
    "$@" "$dir.part" >"$log" 2>&1 || fail "see $log"
    mv "$dir.part" "$dir"
  ) 8>"$dir.lock" 9>&-
}

# go_install PACKAGE@VERSION… DIR: builds the commands into DIR.
go_install() {
  command -v go >/dev/null || { echo "install Go 1.24 or newer first"; return 1; }
  GOBIN=${!#} CGO_ENABLED=0 GOFLAGS=-buildvcs=false go install -trimpath -ldflags '-s -w' "${@:1:$#-1}"
}

# --- configuration ----------------------------------------------------------------------------

# shared FILE: settings that compose.yml uses too. What differs here follows them and overrides them.
shared() { cat "$(dirname "$STACK_DIR")/$1"; }

# render TEMPLATE: prints conf/TEMPLATE with every @VARIABLE@ replaced.
render() {
  local text
  text=$(<"$STACK_DIR/conf/$1")
  while [[ $text =~ @([A-Z_]+)@ ]]; do
    text=${text//"${BASH_REMATCH[0]}"/"${!BASH_REMATCH[1]}"}
  done
  printf '%s\n' "$text"
}

# --- processes --------------------------------------------------------------------------------

# Prefix of what must not run as root. setpriv execs, so the pid stays the same.
AS_SERVER=()
[[ $(id -u) != 0 ]] || AS_SERVER=(setpriv --reuid=postgres --regid=postgres --init-groups --)

# own FILE…: makes the user of AS_SERVER the owner.
own() {
  [[ $(id -u) == 0 ]] || return 0
  "${AS_SERVER[@]}" test -x "$STACK_DATA" || fail "user postgres cannot enter $STACK_DATA"
  chown postgres: "$@"
}

pid_file() { echo "$STACK_DATA/run/$NAME.pid"; }

# spawn COMMAND…: runs it detached, with its output in its log. Its pid file has the pid and, in a second line, its start time.
spawn() {
  local log=$STACK_DATA/logs/$NAME.log
  [[ ! -f $log ]] || mv -f "$log" "$log.1"
  setsid "$@" </dev/null >"$log" 2>&1 9>&- &
  { echo $!; start_time $!; } >"$(pid_file)"
}

# start_time PID: in clock ticks since the boot (proc_pid_stat(5), field 22). Prints nothing unless the process runs; a zombie
# does not. It tells a process from another that got the pid later. The command line does not: it is empty during an exec.
start_time() {
  local fields
  { fields=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
  read -ra fields <<<"${fields##*) }" # the second field is the name, in parentheses
  [[ ${fields[0]} == [ZX] ]] || echo "${fields[19]}"
}
is_alive() { [[ -n $(start_time "$1") ]]; }
pid() { head -n 1 "$(pid_file)"; }
is_running() {
  local file
  mapfile -t file <"$(pid_file)" && [[ -n ${file[1]:-} && $(start_time "${file[0]}") == "${file[1]}" ]]
} 2>/dev/null
is_paused() { grep -qs '^State:.T' "/proc/$(pid)/status"; }

# tree PID: the process and its descendants.
tree() {
  local child
  echo "$1"
  while read -rd ' ' child; do tree "$child"; done < <(cat "/proc/$1/task/"*/children 2>/dev/null)
}

# signal SIGNAL: to all processes of the server.
signal() { tree "$(pid)" | xargs kill "-$1" 2>/dev/null || true; }

do_setup() { :; } # after each `up`, even if the server was running: repeatable

not() { ! "$@"; }

# poll SECONDS COMMAND…: until the command succeeds.
poll() {
  local end=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null; do
    ((SECONDS < end)) || return 1
    sleep 0.2
  done
}

# await COMMAND…: until it succeeds. Fails after STACK_TIMEOUT, or as soon as the server has ended.
await() {
  local state=ENDED
  if poll "$STACK_TIMEOUT" succeeds_or_ended "$@" && "$@"; then return; fi
  ! is_running || state="NOT READY"
  report "$state" "see $STACK_DATA/logs/$NAME.log" >&2
  tail -n 5 "$STACK_DATA/logs/$NAME.log" >&2 || true
  exit 1
}
succeeds_or_ended() { "$@" || ! is_running; }

port_open() { (exec 3<>"/dev/tcp/$STACK_HOST/$1") 2>/dev/null; }

# --- subcommands of `stack`, for one server ---------------------------------------------------

report() { printf '%-14s %-16s %-22s %s\n' "$NAME" "$1" "$ADDRESS" "${2:-}"; }

server_up() {
  local begin=${EPOCHREALTIME/[.,]/} state="already running"
  exec 9>"$STACK_DATA/run/$NAME.lock"
  flock -w 1800 9 || fail "it is still being started by another process"
  if is_running; then
    signal CONT # it may have been paused
  else
    do_install
    # After a kill -9 the port stays open for a moment.
    poll 5 not port_open "${ADDRESS##*:}" || fail "another process uses $ADDRESS"
    do_start
    state=started
  fi
  do_setup
  await is_ready
  report "$state" "$(((${EPOCHREALTIME/[.,]/} - begin) / 1000)) ms"
}

server_wait() {
  poll "$STACK_TIMEOUT" serves || { report "NOT READY" >&2; exit 1; }
  report ready
}
serves() { is_running && ! is_paused && is_ready; }

# halt SIGNAL SECONDS: until the server and its descendants have ended.
halt() {
  local pids pid
  pids=$(tree "$(pid)")
  if [[ $1 == KILL ]]; then signal KILL; else kill "-$1" "${pids%%$'\n'*}"; signal CONT; fi
  for pid in $pids; do poll "$2" not is_alive "$pid" || return 1; done
  rm -f "$(pid_file)"
}

server_down() {
  if ! is_running; then report "not running"; return; fi
  if ! halt "${STOP_SIGNAL:-TERM}" 30; then
    echo "$NAME: did not stop within 30 s, killing it" >&2
    halt KILL 10 || fail "cannot be killed"
  fi
  report stopped
}

server_wipe() {
  ! is_running || fail "is still running"
  rm -rf "${STACK_DATA:?}/$NAME"
}

must_run() { is_running || fail "is not running"; }
server_kill() { must_run; halt KILL 10 || fail "cannot be killed"; report killed; }
server_pause() { must_run; signal STOP; signal STOP; report paused; } # twice: it may fork during the first
server_resume() { must_run; signal CONT; report resumed; }
