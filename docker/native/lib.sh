# shellcheck shell=bash
# Shared by the server scripts and env: sourced, never run.
#
# A server script sets NAME and ADDRESS and defines
#   do_install   fetch what is missing; must be repeatable
#   do_start     launch with spawn; need not wait
#   is_ready     true once it serves requests
# It may set STOP_SIGNAL and redefine do_setup, and ends with `main "$@"`. Any other do_X becomes
# its subcommand X. Needs Linux, bash 5, curl and util-linux (flock, setsid, setpriv).

set -euo pipefail

STACK_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
STACK_HOME=$(realpath -m "${STACK_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/docmgr-stack}")  # programs, shareable
# State. PostgreSQL and PgBouncer refuse to run as root and then run as "postgres", who cannot
# enter a private home directory, hence another default for root.
if [[ $(id -u) == 0 ]]; then
  STACK_DATA=$(realpath -m "${STACK_DATA:-/var/lib/docmgr-stack}")
else
  STACK_DATA=$(realpath -m "${STACK_DATA:-$STACK_HOME/data}")
fi
STACK_TIMEOUT=${STACK_TIMEOUT:-90}  # seconds a server may take to get ready

STACK_HOST=127.0.0.1
offset=${STACK_PORT_OFFSET:-0}  # moves every port that is not set
POSTGRES_PORT=${POSTGRES_PORT:-$((5432 + offset))}
PGBOUNCER_PORT=${PGBOUNCER_PORT:-$((6432 + offset))}
REDIS_PORT=${REDIS_PORT:-$((6379 + offset))}
MINIO_PORT=${MINIO_PORT:-$((9000 + offset))}
MINIO_CONSOLE_PORT=${MINIO_CONSOLE_PORT:-$((9001 + offset))}  # only with MINIO_BROWSER=on
VERSITYGW_PORT=${VERSITYGW_PORT:-$((7070 + offset))}
KAFKA_PORT=${KAFKA_PORT:-$((9092 + offset))}
KAFKA_CONTROLLER_PORT=${KAFKA_CONTROLLER_PORT:-$((9093 + offset))}
CONNECT_PORT=${CONNECT_PORT:-$((8083 + offset))}
ELASTICSEARCH_PORT=${ELASTICSEARCH_PORT:-$((9200 + offset))}
ELASTICSEARCH_TRANSPORT_PORT=${ELASTICSEARCH_TRANSPORT_PORT:-$((9300 + offset))}
TOXIPROXY_PORT=${TOXIPROXY_PORT:-$((8474 + offset))}
# docmgr itself: the gateway, each role for direct access, and gRPC.
GATEWAY_PORT=${GATEWAY_PORT:-$((8000 + offset))}
DOCUMENT_PORT=${DOCUMENT_PORT:-$((8005 + offset))}
SIGNATURE_PORT=${SIGNATURE_PORT:-$((8002 + offset))}
SEARCH_PORT=${SEARCH_PORT:-$((8003 + offset))}
WS_PORT=${WS_PORT:-$((8004 + offset))}
INDEXER_PORT=${INDEXER_PORT:-$((8006 + offset))}
GRPC_PORT=${GRPC_PORT:-$((50051 + offset))}

# Development passwords (letters and digits): every server listens on the loopback address only.
POSTGRES_PASSWORD=${POSTGRES_PASSWORD:-postgres}       # superuser "postgres"
DOCMGR_PASSWORD=${DOCMGR_PASSWORD:-docmgr}             # application, owns database "docmgr"
DEBEZIUM_PASSWORD=${DEBEZIUM_PASSWORD:-debezium}       # reads the change stream
PGBOUNCER_PASSWORD=${PGBOUNCER_PASSWORD:-pgbouncer}    # looks up the others' password hashes
MINIO_ROOT_USER=${MINIO_ROOT_USER:-docmgr}             # S3 access key
MINIO_ROOT_PASSWORD=${MINIO_ROOT_PASSWORD:-docmgr-s3}  # S3 secret key, 8 characters or more

fail() { echo "$NAME: $*" >&2; exit 1; }

# --- installing -------------------------------------------------------------------------------

# apt_install PACKAGE [UNIT]: on Debian and Ubuntu; elsewhere asks for the package. UNIT is the
# system service that the package brings: it would take our port, so it is switched off.
apt_install() {
  local package=$1 unit=${2:-} log=$STACK_DATA/logs/install-$NAME.log sudo=()
  command -v apt-get >/dev/null || fail "install $package first (no apt-get here)"
  [[ $(id -u) == 0 ]] || sudo=(sudo)
  (
    flock 7  # several servers may install at the same time
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive sh -ec "
      install='apt-get -o DPkg::Lock::Timeout=300 install -yq --no-install-recommends $package'
      \$install || { apt-get update -q; \$install; }
      if [ -n '$unit' ] && [ -d /run/systemd/system ]; then systemctl disable --now $unit; fi
    " >"$log" 2>&1 7>&- 9>&-
  ) 7>"$STACK_HOME/apt.lock" || fail "see $log"
}

# need COMMAND PACKAGE [UNIT]: unless the command is there.
need() { command -v "$1" >/dev/null || apt_install "${@:2}"; }

# once DIR COMMAND...: unless DIR exists, `COMMAND... DIR.part` makes it. The rename hides what is
# broken or unfinished; the lock lets several stacks share $STACK_HOME.
once() {
  local dir=$1 log=$STACK_DATA/logs/install-$NAME.log; shift
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

# --- configuration ----------------------------------------------------------------------------

# shared FILE: settings that the deployment with Docker has too; what differs here comes after them, and wins.
shared() { cat "$(dirname "$STACK_DIR")/$1"; }

# render TEMPLATE: conf/TEMPLATE with every @VARIABLE@ replaced, on stdout.
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

# own FILE...: gives it to the user of AS_SERVER.
own() {
  [[ $(id -u) == 0 ]] || return 0
  "${AS_SERVER[@]}" test -x "$STACK_DATA" || fail "user postgres cannot enter $STACK_DATA"
  chown postgres: "$@"
}

pid_file() { echo "$STACK_DATA/run/$NAME.pid"; }

# spawn COMMAND...: detached, output to its log, pid to its pid file. The command line must name
# $STACK_DATA/NAME... or $STACK_DATA/conf/NAME..., by which a recycled pid is told apart.
spawn() {
  local log=$STACK_DATA/logs/$NAME.log
  [[ ! -f $log ]] || mv -f "$log" "$log.1"
  setsid "$@" </dev/null >"$log" 2>&1 9>&- &
  echo $! >"$(pid_file)"
}

command_line() { tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline"; }  # empty once dead

is_running() { [[ $(command_line "$(cat "$(pid_file)")") == *"$STACK_DATA/"?(conf/)"$NAME"* ]]; } 2>/dev/null
is_paused() { grep -qs '^State:.T' "/proc/$(cat "$(pid_file)")/status"; }

# tree PID: it and what it started, directly or not.
tree() {
  local child
  echo "$1"
  while read -rd ' ' child; do tree "$child"; done < <(cat "/proc/$1/task/"*/children 2>/dev/null)
}

# signal NAME: to all processes of the server.
signal() { tree "$(cat "$(pid_file)")" | xargs kill "-$1" 2>/dev/null || true; }

do_setup() { :; }  # after each start, and when it runs already: must be repeatable

not() { ! "$@"; }

# poll SECONDS COMMAND...: until the command succeeds.
poll() {
  local end=$((SECONDS + $1)); shift
  until "$@" 2>/dev/null; do
    ((SECONDS < end)) || return 1
    sleep 0.2
  done
}

# await COMMAND...: until it succeeds, else ends here: after $STACK_TIMEOUT, or when the server is dead.
await() {
  if poll "$STACK_TIMEOUT" true_or_dead "$@" && "$@"; then return; fi
  line "NOT READY" "see $STACK_DATA/logs/$NAME.log" >&2
  tail -n 5 "$STACK_DATA/logs/$NAME.log" >&2 || true
  exit 1
}
true_or_dead() { "$@" || ! is_running; }

port_open() { (exec 3<>"/dev/tcp/$STACK_HOST/$1") 2>/dev/null; }

# --- the command line of a server script ------------------------------------------------------

line() { printf '%-14s %-16s %-22s %s\n' "$NAME" "$1" "$ADDRESS" "${2:-}"; }

start() {
  local begin=${EPOCHREALTIME/[.,]/} state="already running"
  exec 9>"$STACK_DATA/run/$NAME.lock"
  flock -w 1800 9 || fail "another start of it is still under way"
  if is_running; then
    signal CONT  # perhaps it was paused
  else
    do_install
    # For a moment after a kill -9 the port is still open.
    poll 5 not port_open "${ADDRESS##*:}" || fail "$ADDRESS is taken by another process"
    do_start
    state=started
  fi
  do_setup
  await is_ready
  line "$state" "$(((${EPOCHREALTIME/[.,]/} - begin) / 1000)) ms"
}

# halt SIGNAL SECONDS: until the server is gone, with every process it started.
halt() {
  local pids pid
  pids=$(tree "$(cat "$(pid_file)")")
  if [[ $1 == KILL ]]; then signal KILL; else kill "-$1" "${pids%%$'\n'*}"; signal CONT; fi
  for pid in $pids; do poll "$2" not command_line_of "$pid" || return 1; done
  rm -f "$(pid_file)"
}
command_line_of() { [[ -n $(command_line "$1") ]]; }

stop() {
  if ! is_running; then line "not running"; return; fi
  if ! halt "${STOP_SIGNAL:-TERM}" 30; then
    echo "$NAME: did not stop in 30 s, killed" >&2
    halt KILL 10 || fail "cannot be killed"
  fi
  line "stopped"
}

main() {
  mkdir -p "$STACK_HOME" "$STACK_DATA"/{conf,logs,run}
  case ${1:-} in
    kill | pause | resume) is_running || fail "not running" ;;
  esac
  case ${1:-} in
    install) do_install; line "installed" ;;
    start) start ;;
    stop) stop ;;
    kill) halt KILL 10 || fail "cannot be killed"; line "killed" ;;
    pause) signal STOP; signal STOP; line "paused" ;;  # twice: it may have forked during the first
    resume) signal CONT; line "resumed" ;;
    wipe) ! is_running || fail "still running"; rm -rf "${STACK_DATA:?}/$NAME" ;;
    wait) if poll "$STACK_TIMEOUT" serves; then line "ready"; else line "NOT READY" >&2; exit 1; fi ;;
    *)
      if declare -F "do_${1:-}" >/dev/null; then "do_$1" "${@:2}"; else
        echo "usage: $0 install|start|stop|wait|kill|pause|resume" >&2; exit 2
      fi ;;
  esac
}
serves() { is_running && ! is_paused && is_ready; }
