#!/usr/bin/env bash
# bench/run.sh - what tokens cost: builds jwt_verify and oauth_token, runs them, keeps their tables and plots
# SPDX-License-Identifier: BSL-1.0
#
# usage: bench/run.sh [jwt_verify | oauth_token] [OPTION of these programs...]       such as --benchmark_filter=rs256
#
# Runs both unless one is named. Prints two Markdown tables of each, the figures and the marks, and writes them to
# build/release/bench/NAME.md and a plot to build/release/bench/NAME.svg. Exits with 1 if a mark is missed. How they
# measure is told at the top of bench/jwt_verify.cpp and bench/oauth_token.cpp; what calls over HTTP cost is measured by
# bench/http_call.sh. Everything takes about three minutes, on a machine that does nothing else.
#
# Google Benchmark is installed if it is missing. What else is there is used: valgrind counts instructions, and the
# libraries of Debian's libcjose-dev (with libjansson-dev) and libjwt-dev are compared with.
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck source=cmake/setup.sh
. cmake/setup.sh
# the tables alone go to standard output
say() { printf '%s\n' "$*" >&2; }
die() { printf 'run.sh: %s\n' "$*" >&2; exit 2; }

names=(jwt_verify oauth_token)
case ${1:-} in
  jwt_verify | oauth_token) names=("$1"); shift ;;
  -* | '') ;;
  *) die "there is no $1" ;;
esac

install_missing libbenchmark-dev >&2

say 'building (g++ -O2; nothing to do if it is up to date)'
quietly cmake --preset release || die 'cannot configure'
quietly cmake --build --preset release --target "${names[@]/#/bench_}" || die 'cannot build'

worst=0
for name in "${names[@]}"; do
  out=build/release/bench/$name
  options=("--plot=$out.svg")
  if command -v valgrind > /dev/null; then options+=(--instructions); fi
  say "measuring: $out ${options[*]} $*"
  status=0
  "$out" "${options[@]}" "$@" | tee "$out.md" || status=$?
  say "table: $out.md, plot: $out.svg"
  if [ "$status" -gt "$worst" ]; then worst=$status; fi
done
exit "$worst"
