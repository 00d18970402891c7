#!/usr/bin/env bash
# bench/run.sh - what verifying a token costs: builds jwt_verify, runs it, keeps its table and a plot
#
# usage: bench/run.sh [OPTION of jwt_verify...]       such as --benchmark_filter=rs256
#
# Prints two Markdown tables, the figures and the marks, and writes them to build/release/bench/jwt_verify.md and a plot
# to build/release/bench/jwt_verify.svg. Exits with 1 if a mark is missed. How it measures is told at the top of
# bench/jwt_verify.cpp; what calls over HTTP cost is measured by bench/http_call.sh. Everything takes about two minutes,
# on a machine that does nothing else.
#
# Google Benchmark is installed if it is missing. What else is there is used: valgrind counts instructions, and the
# libraries of Debian's libcjose-dev (with libjansson-dev) and libjwt-dev are compared with.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
die() { printf 'run.sh: %s\n' "$*" >&2; exit 2; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() { "$@" > "$log" 2>&1 || { cat "$log" >&2; die "failed: $*"; }; }
# shellcheck disable=SC2317  # `quietly` calls it
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

if command -v dpkg-query > /dev/null &&
  [ "$(dpkg-query -W -f='${db:Status-Status}' libbenchmark-dev 2> /dev/null)" != installed ]; then
  say 'installing libbenchmark-dev'
  quietly as_root apt-get -q -o DPkg::Lock::Timeout=300 update
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 install libbenchmark-dev
fi

say 'building (g++ -O2; nothing to do if it is up to date)'
quietly cmake --preset release
quietly cmake --build --preset release --target bench_jwt_verify

out=build/release/bench/jwt_verify
options=("--plot=$out.svg")
if command -v valgrind > /dev/null; then options+=(--instructions); fi
say "measuring: $out ${options[*]} $*"
status=0
"$out" "${options[@]}" "$@" | tee "$out.md" || status=$?
say "table: $out.md, plot: $out.svg"
exit "$status"
