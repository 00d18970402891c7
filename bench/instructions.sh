#!/usr/bin/env bash
# bench/instructions.sh - what a tools/call over HTTP costs in instructions, allocations and system calls
# SPDX-License-Identifier: BSL-1.0
#
# usage: bench/instructions.sh [--functions NUMBER] [PART...]
#
# curl sends calls of MCP 2026-07-28, one after the other on one connection, to servers with one thread:
#   open      the tool `add` of bench/http_server.cpp without auth
#   observed  the same with metrics and an access log
#   jwt       the tool `add` of access_self_hosted, with a token of the emulator of Cloudflare Access
#   sse       the tool `add_in_steps` of bench/http_server.cpp, which reports progress, so that the response is a stream of
#             events
# Each server runs under valgrind twice, with some calls and with twice as many: the difference is what a call costs that
# finds everything prepared. It is exact but for timers. What the kernel does is not in it. Prints a Markdown table.
#
# --functions prints besides which functions of each part cost most by themselves, in instructions per call.
# Environment: BENCH_CALLS (default 2000), MCPAWL_BIN_DIR and MCPAWL_BENCH_DIR (default: build/release/examples and
# build/release/bench, which are built first). Everything takes about a minute.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
calls=${BENCH_CALLS:-2000}
functions=0
if [ "${1:-}" = --functions ]; then functions=${2:-}; shift 2; fi
[ $# != 0 ] || set -- open observed jwt sse
for part in "$@"; do
  case $part in open | observed | jwt | sse) ;; *) echo "instructions.sh: there is no part $part" >&2; exit 2 ;; esac
done
[[ $calls =~ ^[1-9][0-9]*$ && $functions =~ ^[0-9]+$ ]] ||
  { echo 'instructions.sh: calls and functions must be whole numbers' >&2; exit 2; }
has() { [[ " $1 " = *" $2 "* ]]; }

# shellcheck source=bench/servers.sh
. "$root/bench/servers.sh"
# the tables alone go to standard output
say() { printf '%s\n' "$*" >&2; }

install_missing curl valgrind >&2
examples=()
if has "$*" jwt; then examples+=(access_self_hosted access_emulator); fi
build_servers "${examples[@]}" >&2

# count PART CALLS COMMAND... - send so many calls to a server that valgrind runs, and end it; leaves what it counted in
# $folder/PART.CALLS
count() {
  local part=$1 count=$2 arguments=() field got
  shift 2
  start "$part" env -i "PATH=$PATH" "${surroundings[@]}" valgrind -q --tool=callgrind --callgrind-out-file="$folder/$part.$count" "$@"
  while IFS= read -r field; do arguments+=(-H "$field"); done <<< "$fields"
  # curl keeps the fragment to itself: it asks so many times for the same
  got=$(curl -sS -H 'User-Agent:' "${arguments[@]}" --data "$body" -o /dev/null \
    -w '%{http_code} %{content_type} %{num_connects}\n' "$url#[1-$count]" | sort | uniq -c | sed 's/^ *//')
  # the first call alone makes a connection
  [ "$got" = "$((count - 1)) 200 $type 0"$'\n'"1 200 $type 1" ] || die "$part: not what is to be measured: $got"
  kill "$pid"
  wait "$pid" || die "$part: the server failed"
}

# costs FILE - lines of what is in a file of callgrind: the instructions and the calls of each function
costs() {
  awk '
    function name_of(text,    id) {
      id = text
      sub(/\).*/, ")", id)
      if (text != id) names[id] = substr(text, length(id) + 2)
      return names[id]
    }
    /^fn=/ { here = name_of(substr($0, 4)) }
    /^cfn=/ { called = name_of(substr($0, 5)) }
    /^calls=/ { split(substr($0, 7), n, " "); calls[called] += n[1]; getline; next }
    /^[0-9+*-]+ [0-9]+$/ { cost[here] += $2 }
    END {
      for (f in cost) print "instructions\t" cost[f] "\t" f
      for (f in calls) print "calls\t" calls[f] "\t" f
    }' "$1"
}

# measure PART COMMAND... - both counts, and a row of the table
rows=()
measure() {
  local part=$1
  shift
  count "$part" "$calls" "$@"
  count "$part" "$((2 * calls))" "$@"
  { costs "$folder/$part.$calls" | sed 's/^/-1\t/'; costs "$folder/$part.$((2 * calls))" | sed 's/^/1\t/'; } |
    awk -F '\t' -v calls="$calls" '
      { value[$2 "\t" $4] += $1 * $3 / calls }
      END { for (v in value) if (value[v] > 0.0005) printf "%.3f\t%s\n", value[v], v }' |
    sort -rn > "$folder/$part"
  rows+=("$(awk -F '\t' -v part="$part" '
    $2 == "instructions" { instructions += $1 }
    $2 == "calls" && $3 ~ /^(malloc|calloc|realloc|aligned_alloc)$/ { allocations += $1 }
    $2 == "calls" && $3 ~ /^_*(accept4?|epoll_(wait|ctl)|poll|recv|recvmsg|read|readv|send|sendmsg|write|writev|timerfd_settime|futex)$/ { entries += $1 }
    END { printf "| %s | %.0f | %.2f | %.2f |", part, instructions, allocations, entries }' "$folder/$part")")
}

for part in "$@"; do
  say "counting $part"
  surroundings=() observers=()
  case $part in
    open | observed) body=$(body_of add '') fields=$(fields_of add) type=application/json ;;
    jwt) body=$(body_of add '') type=application/json ;;
    sse) body=$(body_of add_in_steps '"progressToken":1,') fields=$(fields_of add_in_steps) type=text/event-stream ;;
  esac
  if [ "$part" = observed ]; then observers=(--metrics --access-log); fi
  if [ "$part" = jwt ]; then
    start emulator "$bin/access_emulator" --listen 127.0.0.1:0 --client-id bench --client-secret "$(random_hex 32)" \
      --redirect http://127.0.0.1:1/callback
    emulator=$(origin_of "$url")
    state=$(curl -fsS "$emulator/emulator")
    fields=$(fields_of add "Cf-Access-Jwt-Assertion: $(curl -fsS "$emulator/emulator/token" --data 'email=alice@example.com')")
    surroundings=("TEAM_DOMAIN=$(member team_domain <<< "$state")" "POLICY_AUD=$(member aud <<< "$state")")
    measure jwt "$bin/access_self_hosted" --listen 127.0.0.1:0 --threads 1
  else
    measure "$part" "$bench_bin/http_server" --listen 127.0.0.1:0 "${observers[@]}"
  fi
done

printf '| tools/call | instructions | allocations | system calls |\n|---|---:|---:|---:|\n'
printf '%s\n' "${rows[@]}"
[ "$functions" != 0 ] || exit 0
for part in "$@"; do
  printf '\n%s: instructions per call, calls per call\n' "$part"
  awk -F '\t' -v most="$functions" '
    NR == FNR { if ($2 == "calls") calls[$3] = $1; next }
    $2 == "instructions" && ++n <= most { printf "%9.1f %8.2f  %s\n", $1, calls[$3], substr($3, 1, 160) }' \
    "$folder/$part" "$folder/$part"
done
