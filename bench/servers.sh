# bench/servers.sh - what the scripts that measure calls over HTTP share: they source it, with the checkout in $root
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash
#
# Leaves a folder in $folder, which goes when the script ends, with the processes in $pids.

# shellcheck source=cmake/setup.sh
. "$root/cmake/setup.sh"
say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

folder=$(mktemp -d)
pids=()
finish() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2> /dev/null || true; done
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM

# shellcheck disable=SC2034  # for who sources this
bin=${MCPAWL_BIN_DIR:-$root/build/release/examples}
# shellcheck disable=SC2034
bench_bin=${MCPAWL_BENCH_DIR:-$root/build/release/bench}

# build_servers EXAMPLE... - bench/http_server and these examples, unless their folders were given
build_servers() {
  local targets=()
  [ -n "${MCPAWL_BIN_DIR:-}" ] || targets+=("$@")
  [ -n "${MCPAWL_BENCH_DIR:-}" ] || targets+=(bench_http_server)
  [ ${#targets[@]} != 0 ] || return 0
  say 'building the servers (g++ -O2; nothing to do if they are up to date)'
  (cd "$root" && cmake --preset release && cmake --build --preset release --target "${targets[@]}") \
    > "$folder/build" 2>&1 || { cat "$folder/build"; exit 1; }
}

# start NAME COMMAND... - wait for its line `listening on URL`; sets $url and $pid
start() {
  local name=$1 tries
  shift
  : > "$folder/$name.out"
  "$@" > "$folder/$name.out" 2> "$folder/$name.err" &
  pid=$!
  pids+=("$pid")
  for ((tries = 0; tries < 600; ++tries)); do
    url=$(sed -n 's/^listening on \(http[^ ]*\).*/\1/p' "$folder/$name.out")
    [ -z "$url" ] || return 0
    kill -0 "$pid" 2> /dev/null || break
    sleep 0.05
  done
  cat "$folder/$name.out" "$folder/$name.err" >&2
  die "$name is not ready"
}
origin_of() { printf '%s' "$1" | sed 's|^\(http://[^/]*\).*|\1|'; }

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
free_port() {
  local at
  while at=$((20000 + RANDOM % 12000)); (: < "/dev/tcp/127.0.0.1/$at") 2> /dev/null; do :; done
  printf %s "$at"
}

# member NAME - the first text of that name in the JSON on standard input
member() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"; }

# body_of TOOL META - META: further members of `_meta`
body_of() {
  printf '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"%s","arguments":{"a":40,"b":2},"_meta":{%s' "$1" "$2"
  printf '%s' '"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1.0.0"},"io.modelcontextprotocol/clientCapabilities":{}}}}'
}
# fields_of TOOL [FIELD] - the header fields, one a line; FIELD: one more, with the token
fields_of() {
  printf '%s\n' 'Content-Type: application/json' 'Accept: application/json, text/event-stream' \
    'MCP-Protocol-Version: 2026-07-28' 'Mcp-Method: tools/call' "Mcp-Name: $1" "${@:2}"
}

# The first core is for servers, the last one for who asks.
mapfile -t cores < <(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' |
  awk -F- '{ for (core = $1; core <= ($2 == "" ? $1 : $2); ++core) print core }')
# shellcheck disable=SC2034  # for who sources this
server_core=${cores[0]} wrk_core=${cores[-1]}

# cpu_ticks PID - user and system time of a process; $ticks of them are a second
# shellcheck disable=SC2034
ticks=$(getconf CLK_TCK)
cpu_ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

# For programs of awk: median(VALUES, COUNT), which sorts the values.
# shellcheck disable=SC2034
awk_median='
  function median(values, n,    i, j, v) {
    for (i = 2; i <= n; ++i)
      for (j = i; j > 1 && values[j - 1] > values[j]; --j) { v = values[j]; values[j] = values[j - 1]; values[j - 1] = v }
    return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
  }'
