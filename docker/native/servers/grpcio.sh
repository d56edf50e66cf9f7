# shellcheck shell=bash disable=SC2034
# A gRPC client that is not docmgr's: grpcio from PyPI.

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

# check HOST:PORT URL [TOKEN]: src/acceptance/grpc_client.py on a document role, with its REST at URL.
do_check() {
  do_install
  PYTHONPATH=$DIR/packages python3 "$PROGRAM/src/acceptance/grpc_client.py" "$@"
}
