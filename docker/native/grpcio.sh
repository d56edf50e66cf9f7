#!/usr/bin/env bash
# A gRPC client that is not docmgr's: grpcio from PyPI.
#   grpcio.sh install
#   grpcio.sh check HOST:PORT URL [TOKEN]    src/acceptance/grpc_client.py against a document role, whose REST is at URL
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NAME=grpcio
ADDRESS=
DIR=$STACK_HOME/grpcio-2

do_install() {
  python3 -m venv --help >/dev/null 2>&1 || apt_install python3-venv
  once "$DIR" build
}

# A virtual environment cannot be moved; packages can.
build() {
  python3 -m venv "$1/venv" &&
    "$1/venv/bin/pip" install --quiet --target "$1/packages" grpcio grpcio-reflection grpcio-health-checking &&
    rm -r "$1/venv"
}

do_check() {
  do_install
  PYTHONPATH=$DIR/packages python3 "$STACK_DIR/../../src/acceptance/grpc_client.py" "$@"
}

main "$@"
