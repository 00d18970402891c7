#!/usr/bin/env bash
# bench/strangers.sh - what callers notice of strangers who are slow, and of those who send tokens that are none
# SPDX-License-Identifier: BSL-1.0
#
# usage: bench/strangers.sh
#
# wrk calls the tool `add` of access_self_hosted, as 8 users in turn, alone and beside others:
#   heads    1000 connections that send the head of a request, a byte every 100 ms
#   bodies   the same with the body, as a caller with a token
#   deaf     1000 connections that send a call every second, and read no answer
#   garbage  wrk on 8 connections, with a token that is none, as fast as it can
# It has one connection beside those who are slow, so that its p99 tells of them and not of its own queue, and 8 beside garbage. The server has one core, all others share another. Each figure is the median of the ratios of neighbours in time. The marks: p99 within 2 times
# beside those who are slow; above 0.8 of the calls beside garbage, as many as it is. Exits with 1 if a mark is missed.
#
# Environment: BENCH_SECONDS per run (default 3), BENCH_ROUNDS (default 5), BENCH_PRIORITY=1 (run all of it by `chrt -r 1`, before everything
# else that the machine does; needs root), BENCH_RESULTS (a file for the figures of each run).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
seconds=${BENCH_SECONDS:-3} rounds=${BENCH_ROUNDS:-5}
[ -z "${BENCH_PRIORITY:-}" ] || [ -n "${BENCH_PRIORITY_SET:-}" ] || BENCH_PRIORITY_SET=1 exec chrt -r 1 "$0" "$@"
[[ $seconds =~ ^[1-9][0-9]*$ && $rounds =~ ^[1-9][0-9]*$ ]] || { echo 'strangers.sh: seconds and rounds must be whole numbers' >&2; exit 2; }
# shellcheck source=cmake/setup.sh
. "$root/cmake/setup.sh"
install_missing wrk curl
cd "$root"
quietly cmake --preset release
quietly cmake --build --preset release --target access_self_hosted access_emulator bench_strangers
bin=build/release/examples

scratch=$(mktemp -d)
pids=()
leave() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  rm -rf "$scratch"
}
trap leave EXIT
trap 'exit 1' INT TERM

# start NAME COMMAND... - wait for its line `listening on URL`; sets $url
start() {
  local name=$1 i
  shift
  : > "$scratch/$name.out"
  "$@" > "$scratch/$name.out" 2> "$scratch/$name.err" &
  pids+=($!)
  for ((i = 0; i < 300; ++i)); do
    url=$(sed -n 's/^listening on //p' "$scratch/$name.out")
    [ -z "$url" ] || return 0
    sleep 0.1
  done
  fail "$name is not ready: $(cat "$scratch/$name.err")"
}

mapfile -t cores < <(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' |
  awk -F- '{ for (core = $1; core <= ($2 == "" ? $1 : $2); ++core) print core }')
ulimit -n "$(ulimit -Hn)"
start emulator "$bin/access_emulator" --listen 127.0.0.1:0
origin=${url%/mcp}
start server env TEAM_DOMAIN="$origin" POLICY_AUD=emulated-application taskset -c "${cores[0]}" "$bin/access_self_hosted" --listen 127.0.0.1:0
port=${url##*:} port=${port%/mcp}
tokens=
for user in a b c d e f g h; do
  token=$(curl -fsS "$origin/emulator/token" --data "email=$user@example.com")
  tokens+=$token$'\n'
done
export CALL_BODY='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":40,"b":2},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}'
fields=$'Content-Type: application/json\nAccept: application/json, text/event-stream\nMCP-Protocol-Version: 2026-07-28\nMcp-Method: tools/call\nMcp-Name: add\nCf-Access-Jwt-Assertion: '

# calls CONNECTIONS TOKENS - prints `figures REQUESTS MICROSECONDS P50 P99 BAD_STATUS ERRORS`
calls() {
  CALL_FIELDS="${fields}none" CALL_TOKENS=$2 taskset -c "${cores[-1]}" wrk -t 1 -c "$1" -d "$seconds" -s bench/http_call.lua "$url" | sed -n 's/^figures //p'
}

# measure NAME CONNECTIONS [STRANGERS] - note what wrk has, while these strangers are there
measure() {
  local pid=
  case ${3:-} in
    '') ;;
    garbage) calls 8 garbage > "$scratch/strangers" & pid=$! ;;
    *) TOKEN=$token taskset -c "${cores[-1]}" build/release/bench/strangers "$3" "$port" 1000 $((seconds + 2)) > "$scratch/strangers" & pid=$!; sleep 1.5 ;;
  esac
  calls "$2" "$tokens" | sed "s/^/$1 /" >> "$scratch/results"
  [ -z "$pid" ] || wait "$pid"
  [ -z "$pid" ] || sed "s/^/# $3 /" "$scratch/strangers" >> "$scratch/results"
}

calls 8 "$tokens" > /dev/null  # warm
for ((round = 1; round <= rounds; ++round)); do
  for kind in heads bodies deaf garbage; do
    connections=1
    [ "$kind" != garbage ] || connections=8
    measure alone "$connections"
    measure "$kind" "$connections" "$kind"
  done
done
[ -z "${BENCH_RESULTS:-}" ] || cp "$scratch/results" "$BENCH_RESULTS"
awk '
  function median(values, n,    i, j, v) {
    for (i = 2; i <= n; ++i) for (j = i; j > 1 && values[j - 1] > values[j]; --j) { v = values[j]; values[j] = values[j - 1]; values[j - 1] = v }
    return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
  }
  $1 == "#" { next }
  $6 + $7 != 0 { print "calls failed " $0; missed = 1 }
  $1 == "alone" { rate = $2 / $3; p99 = $5; next }
  { n = ++runs[$1]; rates[$1, n] = $2 / $3 / rate; tails[$1, n] = $5 / p99; own[$1, n] = $5 }
  END {
    printf "%-8s  %14s  %12s  %10s\n", "beside", "calls, ratio", "p99, ratio", "p99 us"
    kinds = split("heads bodies deaf garbage", kind, " ")
    for (k = 1; k <= kinds; ++k) {
      name = kind[k]
      for (i = 1; i <= runs[name]; ++i) { a[i] = rates[name, i]; b[i] = tails[name, i]; c[i] = own[name, i] }
      rate = median(a, runs[name]); tail = median(b, runs[name])
      bad = name == "garbage" ? rate < 0.8 : tail > 2
      if (bad) missed = 1
      printf "%-8s  %14.2f  %12.2f  %10d  %s\n", name, rate, tail, median(c, runs[name]), bad ? "MISSED" : "kept"
    }
    exit missed + 0
  }' "$scratch/results"
