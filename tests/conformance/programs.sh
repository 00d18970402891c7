# tests/conformance/programs.sh - builds, starts and ends what the suite judges; sourced by the scripts beside it
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$here" || exit

# shellcheck source=cmake/setup.sh
. ../../cmake/setup.sh
# shellcheck disable=SC2034  # say reads it
say_as=conformance

# shellcheck source=tests/support/npm.sh
. ../support/npm.sh
# shellcheck source=tests/support/scratch.sh
. ../support/scratch.sh
# shellcheck source=examples/shared/calls.sh
. ../../examples/shared/calls.sh

# Node 22 and the suite, as pinned
# shellcheck disable=SC2034  # those who source this use them
install() {
  install_pinned suite
  find_pinned_node
  suite=node_modules/@modelcontextprotocol/conformance/dist/index.js
}

# start NAME OPTION... - run an example; its URL is left in $url when it is ready
start() {
  local log=$scratch/$1.log
  : > "$log" # what an earlier one said
  "$MCPAWL_BIN_DIR/$1" "${@:2}" > "$log" 2>&1 &
  pids+=($!)
  for _ in $(seq 100); do
    url=$(sed -n 's/^listening on //p' "$log")
    [ -z "$url" ] || return 0
    sleep 0.1
  done
  say "$1 did not start:" >&2
  cat "$log" >&2
  exit 1
}

stop_all() {
  local pid
  kill "${pids[@]}"
  for pid in "${pids[@]}"; do wait "$pid" || { say 'a program did not end cleanly' >&2; exit 1; }; done
  pids=()
}
