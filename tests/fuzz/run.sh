#!/usr/bin/env bash
# tests/fuzz/run.sh - fuzz every target for some seconds, from its corpus
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/fuzz/run.sh [SECONDS] [TARGET...]        default: 10 seconds for each of all targets, two at a time
#
# The seed of the random numbers is the same each time, so that a commit is judged alike wherever it is tested;
# FUZZ_SEED=N looks elsewhere. A longer run begins with what a shorter one tries.
#
# Needs the preset `fuzz` built. What a target finds goes to build/fuzz/found/TARGET: copy the file to
# tests/fuzz/crashes/TARGET, mend the parser, and it is replayed by the ordinary tests for ever after.
set -euo pipefail

cd "$(dirname "$0")/../.."
seconds=${1:-10}
seed=${FUZZ_SEED:-1}
shift || true
program=build/fuzz/tests/fuzz/fuzz_targets
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fuzz_one() {
  local name=$1 found=build/fuzz/found/$1
  local grown=$work/$name options=()
  mkdir -p "$found" "$grown"
  [ ! -f "tests/fuzz/$name.dict" ] || options+=("-dict=tests/fuzz/$name.dict")
  [ ! -d "tests/fuzz/crashes/$name" ] || options+=("tests/fuzz/crashes/$name")
  if ! "$program" "$name" -seed="$seed" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=16384 \
      -print_final_stats=1 -verbosity=0 -artifact_prefix="$found/" "$grown" "tests/fuzz/corpus/$name" "${options[@]}" \
      > "$work/$name.log" 2>&1; then
    tail -n 60 "$work/$name.log"
    echo "fuzz $name: FAILED, the input is in $found"
    return 1
  fi
  local runs
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name.log")
  [ "${runs:-0}" -gt 0 ] || { cat "$work/$name.log"; echo "fuzz $name: FAILED, nothing was run"; return 1; }
  echo "fuzz $name: $runs inputs in $seconds s, nothing found"
}

names=("$@")
if [ ${#names[@]} = 0 ]; then
  for source in tests/fuzz/*.cpp; do names+=("$(basename "$source" .cpp)"); done
fi

failed=0
running=()
for name in "${names[@]}"; do
  fuzz_one "$name" &
  running+=($!)
  if [ ${#running[@]} = 2 ]; then
    for pid in "${running[@]}"; do wait "$pid" || failed=$((failed + 1)); done
    running=()
  fi
done
for pid in "${running[@]}"; do wait "$pid" || failed=$((failed + 1)); done
exit $((failed > 0))
