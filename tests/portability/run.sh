#!/usr/bin/env bash
# tests/portability/run.sh - build and test in Debian 13 and Debian sid, and for arm64
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/portability/run.sh            everything
#        tests/portability/run.sh PART...    only these parts
# parts:
#   roots      make the systems for all parts and nothing else
#   debian13   examples/run.sh --check as on a fresh system; all headers with g++ and the newest Clang, as C++20 and C++23, with
#              both of its versions of Boost; tests/wire and the unit tests of http, jose, crypto, keys, access and auth; the
#              tests of stores in Redis against Valkey
#   sid        with its newest g++, Boost and OpenSSL: all headers as C++20 and C++23 and all examples, compiled; the unit tests
#              of http
#   x86        the unit tests of crypto on processors without AVX2 and without AVX-512 (qemu)
#   arm64      the unit tests of crypto, jose, text, reflect and json_schema, and a call of the server of twelve lines (cross-
#              compiled, qemu)
#
# Warnings are errors in all of them. It needs root, debootstrap, the network and 8 GB for its cache. The systems stay in the
# cache, so that only the first run has to make them; nothing outside of the cache is changed.
#
# Environment: MCPAWL_ROOTS (the cache, default ~/.cache/mcpawl/roots), MCPAWL_DEBIAN_MIRROR (default: where apt gets this
# machine's packages from), MCPAWL_JOBS (compilers at once, default: the number of cores).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=cmake/setup.sh
. "$root/cmake/setup.sh"

all_parts=(debian13 sid x86 arm64)
parts=("$@")
[ $# != 0 ] || parts=("${all_parts[@]}")
for part in "${parts[@]}"; do
  case " roots ${all_parts[*]} " in
    *" $part "*) ;;
    *) sed -n '5,23s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done

[ "$(id -u)" = 0 ] || fail 'portability: making Debian systems, and entering them, needs root'
for tool in debootstrap unshare mountpoint flock; do
  command -v "$tool" > /dev/null || fail "portability: there is no $tool; apt-get install debootstrap util-linux"
done
cache=${MCPAWL_ROOTS:-${XDG_CACHE_HOME:-$HOME/.cache}/mcpawl/roots}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

# Everything is done in namespaces of processes and of mounts: when their first process ends, for whatever reason, so do all
# others, and no mount is left. Only then is anything deleted, so that no deletion can reach through a mount.
if [ -z "${MCPAWL_PORTABILITY_SCRATCH:-}" ]; then
  exec 8> "$cache/lock"
  if ! flock -n 8; then
    say "portability: waiting for another run that uses $cache"
    flock 8
  fi
  rm -rf --one-file-system "$cache"/scratch.* "$cache"/*.partial  # of a run that was killed
  scratch=$(mktemp -d "$cache/scratch.XXXXXX")
  trap 'rm -rf --one-file-system "$scratch"' EXIT
  MCPAWL_PORTABILITY_SCRATCH=$scratch \
    unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$0" "$@" &
  inner=$!
  trap 'kill -KILL "$inner"; wait "$inner" || true; exit 130' INT TERM
  status=0
  wait "$inner" || status=$?
  exit "$status"
fi
scratch=$MCPAWL_PORTABILITY_SCRATCH
checkout=$scratch/checkout
jobs=${MCPAWL_JOBS:-$(cores)}
background=()
# shellcheck source=tests/portability/roots.sh
. "$here/roots.sh"

# timed NAME COMMAND... - what it prints is shown only when it fails
timed() {
  local name=$1 begin=$SECONDS status=0 log
  shift
  log=$(mktemp "$scratch/log.XXXXXX")
  # in a process of its own, which is waited for: `||` behind a function would switch `set -e` off in it
  (set -e; "$@"; note_cpu; echo "$cpu" > "$log.cpu") > "$log" 2>&1 &
  wait $! || status=$?
  if [ "$status" != 0 ]; then
    cat "$log"
    [ ! -f "$scratch/table" ] || cat "$scratch/table"
    fail "portability: $name"
  fi
  printf '%7d  %11d  %s\n' $((SECONDS - begin)) "$(cat "$log.cpu")" "$name" >> "$scratch/table"
  say "portability: $name ($((SECONDS - begin)) s)"
}

# beside NAME COMMAND... - the same, while others run
beside() {
  timed "$@" &
  background+=($!)
}

# ---------------------------------------------------------------------------------------------- the systems

inside=(bash tests/portability/inside.sh)
# made_by FUNCTION FILE... - what a layer is made by: it is made anew when any of it changes
made_by() { { sed -n "/^$1() {/,/^}/p" "$here/inside.sh"; (cd "$root" && cat "${@:2}"); } | cksum; }

prepare_newcomer() {
  base trixie
  layer newcomer trixie "$(made_by step_newcomer cmake/setup.sh examples/run.sh)" "${inside[@]}" newcomer
}
prepare_debian13() { layer debian13 newcomer "$(made_by step_prepare_debian13)" "${inside[@]}" prepare_debian13; }
prepare_arm64() { layer arm64 debian13 "$(made_by step_prepare_arm64)" "${inside[@]}" prepare_arm64; }
prepare_sid() {
  base sid
  layer sid-tools sid "$(made_by step_prepare_sid cmake/setup.sh)" "${inside[@]}" prepare_sid
}

# ---------------------------------------------------------------------------------------------- the parts

wants() { case " ${parts[*]} " in *" $1 "*) return 0 ;; *) return 1 ;; esac }
needs_root() { wants roots || wants "$1"; }

copy_checkout "$root" "$checkout/mcpawl"  # an overlay shows it as /mcpawl
say "portability: ${parts[*]}; $jobs compilers at once; systems in $cache"
tree=$(cd "$checkout" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 cat | cksum)
if needs_root sid; then beside 'sid: the system' prepare_sid; fi
sid_is_ready=${background[0]:-}
if needs_root debian13 || wants x86 || wants arm64; then
  timed 'Debian 13: the system, examples/run.sh --check where nothing is installed' prepare_newcomer
  timed 'Debian 13: packages of the tests' prepare_debian13
fi
arm64_is_ready=
if needs_root arm64; then
  beside 'arm64: packages' prepare_arm64
  arm64_is_ready=${background[-1]}
fi
if wants debian13; then
  if [ "$(cat "$cache/newcomer/made")" != "$tree" ]; then
    timed 'Debian 13: examples/run.sh --check where everything is installed' within debian13 "${inside[@]}" newcomer
  fi
  timed 'Debian 13: all headers' within debian13 "${inside[@]}" all_headers_debian13
  timed 'Debian 13: tests/wire, unit tests of http, jose, crypto, keys, access, auth; stores in Valkey' within debian13 "${inside[@]}" tests_debian13
fi
if wants x86; then timed 'x86: crypto without AVX2, without AVX-512' within debian13 "${inside[@]}" x86; fi
if wants sid; then
  wait "$sid_is_ready"
  timed 'sid: all headers' within sid-tools "${inside[@]}" all_headers_sid
  timed 'sid: all examples' within sid-tools "${inside[@]}" examples
  timed 'sid: unit tests of http' within sid-tools "${inside[@]}" tests_sid
fi
if wants arm64; then
  wait "$arm64_is_ready"
  timed 'arm64: unit tests of crypto, jose, text, reflect, json_schema' within arm64 "${inside[@]}" tests_arm64
  timed 'arm64: a call of the server of twelve lines' within arm64 "${inside[@]}" call_arm64
fi
if wants roots; then
  for part in "${background[@]}"; do wait "$part"; done
fi
say 'portability: each part, some of them beside each other'
echo 'seconds  CPU seconds  part'
cat "$scratch/table"
