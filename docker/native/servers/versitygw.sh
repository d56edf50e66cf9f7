# shellcheck shell=bash disable=SC2034
# Versity S3 Gateway on a folder: another implementation of S3's API, for the tests. Built from source in a few minutes,
# once. docmgr makes the buckets when it starts.

ADDRESS=$STACK_HOST:$VERSITYGW_PORT
VERSION=v1.8.0
DIR=$STACK_HOME/versitygw-$VERSION

do_install() { once "$DIR" go_install "github.com/versity/versitygw/cmd/versitygw@$VERSION"; }

is_ready() { curl -fsS --max-time 3 "http://$ADDRESS/health" >/dev/null 2>&1; }

# Metadata goes into files beside the objects, because not every file system has extended attributes.
do_start() {
  mkdir -p "$STACK_DATA/versitygw/objects" "$STACK_DATA/versitygw/metadata"
  export ROOT_ACCESS_KEY=$MINIO_ROOT_USER ROOT_SECRET_KEY=$MINIO_ROOT_PASSWORD
  spawn "$DIR/versitygw" --port "$ADDRESS" --region us-east-1 --keep-alive --quiet --health /health \
    posix --sidecar "$STACK_DATA/versitygw/metadata" "$STACK_DATA/versitygw/objects"
}
