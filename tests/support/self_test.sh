# tests/support/self_test.sh - what the self-tests of our checks share; they source it, with the check in $check
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=sh disable=SC2154  # who sources it sets $check, and defines good_tree
#
# `good_tree` writes a tree without an error to $work. Each test spoils it and calls `refused`; the last line is `ended`.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# not_so WORDS - count a failure
not_so() { echo "$1"; failures=$((failures + 1)); }

# refused WORDS - the tree as it is now must be refused with exactly one error, and these words
refused() {
  if output=$(sh "$check" "$work" 2>&1); then
    not_so "not noticed: $1"
  elif [ "$(echo "$output" | wc -l)" != 1 ] || ! echo "$output" | grep -qF -- "$1"; then
    not_so "expected one line with: $1
got: $output"
  fi
  good_tree
}

# ended - whether every rule held
ended() {
  [ "$failures" = 0 ] || { echo "$failures rules do not hold"; exit 1; }
  echo 'every rule can fail'
}
