#!/usr/bin/env bash
# bench/instances.sh - what a call costs where three instances share a store, beside one instance alone
# SPDX-License-Identifier: BSL-1.0
#
# usage: bench/instances.sh
#
# wrk, on a core of its own, sends calls of the tool `add` with a token of the emulator of Cloudflare Access to access_self_hosted with one
# thread, of MCP 2026-07-28 and in a session of 2025-11-25:
#   alone   one instance without a store
#   one     one instance, to which Redis connects it with two others that have nothing to do
#   three   these three at the same time, with three times the connections
# All servers have one core, so the figures are of CPU time per call: user and system time of all instances. Three carry three times what
# one does, divided by the ratio of these figures. Runs are interleaved, and each figure is a median. Exits with 1 if a mark is missed.
#
# Environment: BENCH_SECONDS per run (default 3), BENCH_ROUNDS (default 5), MCPAWL_BIN_DIR (default: build/release/examples, which is built
# first). Takes about a minute and a half.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
seconds=${BENCH_SECONDS:-3} rounds=${BENCH_ROUNDS:-5}
three_mark=2.7 # times what one alone carries
[[ $seconds =~ ^[1-9][0-9]*$ && $rounds =~ ^[1-9][0-9]*$ ]] ||
  { echo 'instances.sh: seconds and rounds must be whole numbers' >&2; exit 2; }
# shellcheck source=bench/servers.sh
. "$root/bench/servers.sh"

install_missing wrk curl
install_stopped redis-server
MCPAWL_BENCH_DIR=none build_servers access_self_hosted access_emulator

start emulator "$bin/access_emulator" --listen 127.0.0.1:0 --client-id bench --client-secret "$(random_hex 32)" \
  --redirect http://127.0.0.1:1/callback
emulator=$(origin_of "$url")
state=$(curl -fsS "$emulator/emulator")
token=$(curl -fsS "$emulator/emulator/token" --data 'email=alice@example.com')
redis_port=$(free_port)
redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$folder" --save '' > "$folder/redis" 2>&1 &
pids+=($!)
surroundings=(env -i TEAM_DOMAIN="$(member team_domain <<< "$state")" POLICY_AUD="$(member aud <<< "$state")" "SESSION_KEYS=$(random_hex 32)")
urls=() servers=()
for name in alone first second third; do
  [ "$name" != first ] || surroundings+=("SHARED_STORE=redis://127.0.0.1:$redis_port?durable=no")
  start "$name" "${surroundings[@]}" taskset -c "$server_core" "$bin/access_self_hosted" --listen 127.0.0.1:0 --threads 1
  urls+=("$url") servers+=("$pid")
done

# ---------------------------------------------------------------------------------------------- calls

by_jwt="Cf-Access-Jwt-Assertion: $token"
old=$'Content-Type: application/json\nAccept: application/json, text/event-stream\n'$by_jwt
# session URL - begin one; prints the fields of its calls
session() {
  local arguments=() field id
  while IFS= read -r field; do arguments+=(-H "$field"); done <<< "$old"
  id=$(curl -fsS -D - -o /dev/null "${arguments[@]}" "$1" --data \
    '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}' |
    tr -d '\r' | sed -n 's/^[Mm]cp-[Ss]ession-[Ii]d: //p')
  [ -n "$id" ] || die 'no session'
  arguments+=(-H "Mcp-Session-Id: $id" -H 'MCP-Protocol-Version: 2025-11-25')
  curl -fsS -o /dev/null "${arguments[@]}" "$1" --data '{"jsonrpc":"2.0","method":"notifications/initialized"}'
  printf '%s\n%s\n%s' "$old" "Mcp-Session-Id: $id" 'MCP-Protocol-Version: 2025-11-25'
}
stateless_body=$(body_of add '') stateless_fields=$(fields_of add "$by_jwt")
session_body='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":40,"b":2}}}'
alone_session=$(session "${urls[0]}")
shared_session=$(session "${urls[1]}")

# ---------------------------------------------------------------------------------------------- measuring

# run KIND NAME BODY FIELDS NUMBER... - calls to the servers with these numbers at the same time; adds a line to the results
run() {
  local kind=$1 name=$2 body=$3 fields=$4 number before=0 after=0 calls=0 clients=() figures
  shift 4
  for number in "${servers[@]}"; do before=$((before + $(cpu_ticks "$number"))); done
  for number in "$@"; do
    CALL_BODY=$body CALL_FIELDS=$fields taskset -c "$wrk_core" wrk -t1 -c32 "-d${seconds}s" -s "$root/bench/http_call.lua" \
      "${urls[number]}" > "$folder/wrk.$number" &
    clients+=($!)
  done
  wait "${clients[@]}"
  for number in "${servers[@]}"; do after=$((after + $(cpu_ticks "$number"))); done
  for number in "$@"; do
    figures=$(sed -n 's/^figures //p' "$folder/wrk.$number")
    [[ $figures = *' 0 0' ]] || { cat "$folder/wrk.$number" >&2; die "$kind $name: calls failed"; }
    calls=$((calls + ${figures%% *}))
  done
  [ "$calls" -gt 1000 ] || die "$kind $name: $calls calls"
  printf '%s %s %d %d\n' "$kind" "$name" "$calls" $((after - before)) >> "$folder/results"
}

for ((round = 0; round < rounds; ++round)); do
  run stateless alone "$stateless_body" "$stateless_fields" 0
  run stateless one "$stateless_body" "$stateless_fields" 1
  run stateless three "$stateless_body" "$stateless_fields" 1 2 3
  run session alone "$session_body" "$alone_session" 0
  run session one "$session_body" "$shared_session" 1
  run session three "$session_body" "$shared_session" 1 2 3
done

awk -v ticks="$ticks" -v mark="$three_mark" "$awk_median"'
  {
    key = $1 " " $2
    n = ++runs[key]
    cpu[key, n] = 1e6 * $4 / ticks / $3
    # neighbours in time are compared, so that what else the machine does weighs on both
    if ($2 == "alone") base = cpu[key, n]
    ratio[key, n] = cpu[key, n] / base
  }
  END {
    printf "%-10s  %-6s  %11s  %8s\n", "calls", "", "CPU us/call", "to alone"
    kinds = split("stateless session", kind, " "); names = split("alone one three", name, " ")
    for (k = 1; k <= kinds; ++k)
      for (i = 1; i <= names; ++i) {
        key = kind[k] " " name[i]
        for (j = 1; j <= runs[key]; ++j) { a[j] = cpu[key, j]; b[j] = ratio[key, j] }
        times = median(b, runs[key])
        printf "%-10s  %-6s  %11.2f  %8.2f", kind[k], name[i], median(a, runs[key]), times
        if (name[i] == "three") {
          missed = missed || 3 / times < mark
          printf "   so they carry %.2f times what one alone does; the mark is %s: %s", 3 / times, mark, 3 / times < mark ? "MISSED" : "kept"
        }
        printf "\n"
      }
    exit missed + 0
  }' "$folder/results"
