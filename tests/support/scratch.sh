# tests/support/scratch.sh - a folder for a test, and the programs that it starts: both end with it; tests source it
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash
# shellcheck disable=SC2034  # those who source this use them

scratch=$(mktemp -d)
pids=()
# shellcheck disable=SC2317  # a trap calls it
leave() {
  [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2> /dev/null || true
  wait
  rm -rf "$scratch"
}
trap leave EXIT
trap 'exit 1' INT TERM
