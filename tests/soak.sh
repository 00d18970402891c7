#!/usr/bin/env bash
# tests/soak.sh - everything at once for minutes: 200 clients of every kind, while keys, certificates, the log and the server change
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/soak.sh [SECONDS]            900 by default, a day at most
#        tests/soak.sh --asan [SECONDS]     the server with AddressSanitizer (g++), 60 seconds by default
#        tests/soak.sh --tsan [SECONDS]     with ThreadSanitizer (Clang), likewise
#
# Half of the clients speak TLS. They call, read event streams, leave at any moment, come back to streams of sessions, try tokens that are not
# good, read and write slowly. Meanwhile signing keys and certificates are replaced, nobody reads the logs for a while, and, in the first
# third, a second server takes the port over. It fails where an answer is wrong or missing, a call that was answered left no trace, memory
# grows by more than 1 MiB in the last two thirds (3 MiB in runs below 300 seconds, in which the last server is not warm by then), or a
# descriptor does not come back; and says of each what was expected.
# With sanitizers there are fewer clients, and memory is not judged: that of the sanitizer grows.
#
# Environment: MCPAWL_SOAK_CLIENTS (in place of 200, or of 40 with sanitizers).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=cmake/setup.sh
. cmake/setup.sh
# shellcheck disable=SC2034  # say reads it
say_as=soak

preset=release clients=200 seconds=900 options=()
case ${1:-} in
  --asan | --tsan)
    preset=${1#--} clients=40 seconds=60 options=(--memory-not-judged)
    shift
    ;;
esac
seconds=${1:-$seconds}
clients=${MCPAWL_SOAK_CLIENTS:-$clients}
case $# in 0 | 1) ;; *) sed -n '5,7s/^# \{0,1\}//p' tests/soak.sh >&2; exit 2 ;; esac
[[ $seconds =~ ^[1-9][0-9]{0,4}$ && $clients =~ ^[1-9][0-9]{0,3}$ ]] || { sed -n '5,7s/^# \{0,1\}//p' tests/soak.sh >&2; exit 2; }

say "building the clients (preset release) and the server (preset $preset)"
quietly cmake --preset release
quietly cmake --build --preset release --target soak
if [ "$preset" != release ]; then quietly cmake --preset "$preset"; fi
quietly cmake --build --preset "$preset" --target soak_server

export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:die_after_fork=0
exec build/release/tests/soak/soak "build/$preset/tests/soak/soak_server" --seconds "$seconds" --clients "$clients" "${options[@]}"
