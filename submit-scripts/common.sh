# shellcheck shell=bash
# What the scripts of the platforms share: sourced by them, not run. The comment at the top of a script is its help.

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

wrong_usage() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 2
}

# The comment at the top of the script.
help() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
}

# Reads the script's own options, which come first; the rest is in `arguments`.
own_options() {
  while (($#)); do
    case $1 in
      --help | -h)
        help
        exit 0
        ;;
      --dry-run) dry_run=yes ;;
      [A-Z]*=*) replaced+=("$1") ;;
      *) break ;;
    esac
    shift
  done
  arguments=("$@")
  ((${#arguments[@]})) || {
    help >&2
    exit 2
  }
}

# Runs a command in the place of this script, or prints it.
run() {
  if [[ -n $dry_run ]]; then
    printf '%q ' "$@"
    printf '\n'
  else
    exec "$@"
  fi
}

# As --conf, so that a cluster's own spark-defaults.conf counts too: spark-submit reads one properties file only.
spark_settings() {
  local file=$project/conf/spark-defaults-$1.conf key value
  while read -r key value; do
    case $key in
      '' | '#'*) ;;
      *) settings+=(--conf "$key=$value") ;;
    esac
  done <"$file"
}

# Reads a file of NAME=value lines; those before the action on the command line replace them.
read_names() {
  local line name
  names_file=$1
  while IFS= read -r line || [[ -n $line ]]; do
    case $line in
      '' | '#'*) continue ;;
    esac
    name=${line%%=*}
    [[ $name =~ ^[A-Z][A-Z_]*$ && $line == *=* ]] || fail "Invalid line of ${names_file#"$project/"}: $line (must be NAME=value)"
    printf -v "$name" '%s' "${line#*=}"
    names+=("$name")
  done <"$names_file"
  for line in ${replaced[@]+"${replaced[@]}"}; do
    name=${line%%=*}
    [[ " ${names[*]} " == *" $name "* ]] || wrong_usage "Unknown name: $name (known: ${names[*]})"
    printf -v "$name" '%s' "${line#*=}"
  done
}

# Stops unless all of these names have a value.
need() {
  local name
  for name in "$@"; do
    [[ -n ${!name:-} ]] \
      || wrong_usage "Missing name: $name (set it in ${names_file#"$project/"}, or write $name=... before the action)"
  done
}

# Writes conf/FOLDER/FILE with its ${NAME}s replaced to target/submit/FOLDER/FILE, which is `rendered` then.
render() {
  local template=$project/conf/$1 text name
  rendered=$project/target/submit/$1
  text=$(<"$template")
  for name in "${names[@]}"; do
    [[ $text == *"\${$name}"* ]] || continue
    need "$name"
    [[ ${!name} != *[\"\\]* || $name == INPUT ]] || fail "Invalid $name: ${!name} (must not have quotes or backslashes)"
    text=${text//"\${$name}"/"${!name}"}
  done
  mkdir -p "$(dirname "$rendered")"
  printf '%s\n' "$text" >"$rendered"
}

# Finds the jar that the names ask for, in whichever build it was made: `jar_file`.
need_jar() {
  need JAR
  for jar_file in "$project/spark-qat/target/"{,spark-*/}"$JAR"; do
    [[ ! -f $jar_file ]] || return 0
  done
  fail "Cannot find $JAR below spark-qat/target (build it: the table of jars is in README.md)"
}

# Stops unless there is a command of this name.
need_command() {
  [[ -n $dry_run ]] || command -v "$1" >/dev/null || fail "Cannot find $1 ($2)"
}

project=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dry_run=
settings=()
names=()
replaced=()
arguments=()
