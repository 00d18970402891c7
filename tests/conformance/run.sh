#!/usr/bin/env bash
# tests/conformance/run.sh - the official conformance suite of MCP against the example everything, open and behind Access
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/conformance/run.sh [REVISION...]     all judged revisions by default
#        tests/conformance/run.sh --balanced        the same against three instances behind nginx, which sends each request to the next,
#                                                   sharing Redis, and then PostgreSQL
#
# For each revision the suite must run at least as many checks as are known to exist, and none may fail; there is no
# list of expected failures. It runs against a server that is open to everybody; through the emulator of Cloudflare Access, which adds
# the tokens, against one that lets nobody in without; and, of the revisions with and without sessions the newest, over TLS, through nginx
# to a Unix-domain socket, and through Caddy.
# Builds the examples (preset release), unless MCPAWL_BIN_DIR names a folder that has them. Needs node and npm; the suite
# runs with the Node 22 that is pinned beside it.
set -euo pipefail
# shellcheck source=tests/conformance/programs.sh
. "$(dirname "$0")/programs.sh"
build_examples everything access_emulator
install
# shellcheck disable=SC2034  # fronts.sh reads it
repository=$root
# shellcheck source=tests/support/fronts.sh
. "$root/tests/support/fronts.sh"

# status_of URL BODY - prints the status of the response to a POST
status_of() { "$node" -e 'fetch(process.argv[1], { method: "POST", body: process.argv[2] }).then((it) => console.log(it.status))' "$@"; }

# try OPTION... - one run of the suite; what it said is in $scratch/log
try() {
  local port=${url%/mcp}
  rm -rf "$scratch/results"
  SECURE_PORT=${port##*:} "$node" ${secure:+--require ./over_tls.cjs} "$suite" server --url "$url" -o "$scratch/results" "$@" > "$scratch/log" 2>&1 || true
}

# judge REVISION LEAST [SCENARIO:LEAST...] - of the last run: enough checks, and no failure
judge() {
  local revision=$1 least=$2 passed failed scenario
  shift 2
  # a line of the summary: ✓ tools-list: 3 passed, 0 failed
  sed -n 's/^[^ ]* \([a-z0-9-]*\): \([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2 \3/p' "$scratch/log" > "$scratch/table"
  # the extension of tasks (SEP-2663) is neither scored by the suite nor offered by the example
  sed -i '/^tasks-/d' "$scratch/table"
  # "applies to localhost MCP servers running without HTTPS", says the suite, and sends an Origin of http
  if [ -n "$secure" ]; then
    sed -i '/^dns-rebinding-protection/d' "$scratch/table"
    least=$((least - 2))
  fi
  read -r passed failed < <(awk '{ p += $2; f += $3 } END { print p + 0, f + 0 }' "$scratch/table")
  say "$revision, $place: $passed checks passed, $failed failed"
  [ "$failed" = 0 ] || complain "$revision: some checks failed"
  [ "$passed" -ge "$least" ] || complain "$revision: expected at least $least checks"
  for scenario in "$@"; do
    grep -q "^${scenario%:*} ${scenario#*:} 0\$" "$scratch/table" || complain "$revision: expected $scenario passed checks"
  done
}

complain() {
  say "$1" >&2
  awk '$3 != 0 { print "  failed: " $1 }' "$scratch/table" >&2
  "$node" -e '
    const { globSync, readFileSync } = require("node:fs");
    for (const file of globSync(process.argv[1] + "/**/checks.json"))
      for (const check of JSON.parse(readFileSync(file)))
        if (check.status === "FAILURE" && !file.includes("tasks-")) console.error("  " + check.id + ": " + check.errorMessage);
  ' "$scratch/results" || true
  tail -n 5 "$scratch"/nginx.log "$scratch"/caddy.log >&2 2> /dev/null || true
  cat "$scratch/log" >&2
  exit 1
}

balanced=
[ "${1:-}" != --balanced ] || { balanced=yes; shift; }
revisions=("$@")
[ $# != 0 ] || revisions=(2025-06-18 2025-11-25 2026-07-28)
judge_all() {
  local revision
  for revision in "${revisions[@]}"; do
    case $revision in
      2025-06-18)
        try --spec-version 2025-06-18
        judge "$revision" 56
        ;;
      2025-11-25)
        try --requirements 2025-11-25
        judge "$revision" 84
        ;;
      2026-07-28)
        try --requirements 2026-07-28
        judge "$revision" 153 http-header-validation:14 http-custom-header-server-validation:10 json-schema-2020-12:8
        ;;
      *) say "no such revision: $revision" >&2; exit 2 ;;
    esac
  done
}

secure=

# start_fleet - three instances that share $store, and a balancer in front of them at $url
start_fleet() {
  local replacements=() instance
  export SHARED_STORE=$store SESSION_KEYS
  SESSION_KEYS=$(openssl rand -hex 32)
  for instance in 1 2 3; do
    start everything --listen 127.0.0.1:0
    url=${url#http://}
    replacements+=("127.0.0.1:808$instance" "${url%/mcp}")
  done
  unset SHARED_STORE
  port=$(free_port)
  balancer_settings "127.0.0.1:8080" "127.0.0.1:$port" "${replacements[@]}"
  front nginx "$program" -e stderr -c "$scratch/nginx/nginx.conf"
  url=http://127.0.0.1:$port/mcp
}

if [ -n "$balanced" ]; then
  # shellcheck source=tests/support/engines.sh
  . "$root/tests/support/engines.sh"
  unpacked nginx /usr/sbin/nginx || { say 'there is no nginx' >&2; exit 1; }
  for engine in redis postgres; do
    place="three instances on $engine"
    "start_$engine"
    start_fleet
    judge_all
    stop_all
  done
  exit 0
fi

place='open to everybody'
start everything --listen 127.0.0.1:0
judge_all
stop_all

place='behind Access'
start access_emulator --listen 127.0.0.1:0 --aud conformance
emulator=$url
export TEAM_DOMAIN=${emulator%/mcp} POLICY_AUD=conformance
start everything --listen 127.0.0.1:0 --access
[ "$(status_of "$url" '{}')" = 401 ] || { say 'the server behind Access lets in who has no token' >&2; exit 1; }
host=${url#http://}
[ "$(status_of "$TEAM_DOMAIN/emulator/upstream" "${host%/mcp}")" = 200 ] || { say 'the emulator takes no server' >&2; exit 1; }
url=$emulator
judge_all
stop_all

# --- over TLS, and through what stands in front of a server

make_certificate
export NODE_EXTRA_CA_CERTS=$scratch/tls.crt
[ $# != 0 ] || revisions=(2025-11-25 2026-07-28)

secure=yes
place='over TLS'
start everything --listen 127.0.0.1:0 --certificate "$scratch/tls.crt" --key "$scratch/tls.key"
judge_all
stop_all

start everything --listen "unix:$scratch/mcp.sock"
place='through nginx to a Unix-domain socket'
if unpacked nginx /usr/sbin/nginx; then
  port=$(free_port)
  nginx_settings "$port"
  front nginx "$program" -e stderr -c "$scratch/nginx/nginx.conf"
  url=https://127.0.0.1:$port/mcp
  judge_all
else
  say "$place: not run, there is no nginx"
fi
place='through Caddy to a Unix-domain socket'
if unpacked caddy /usr/bin/caddy; then
  port=$(free_port)
  caddy_settings "https://127.0.0.1:$port" /run/mcp "$scratch"
  front caddy "$program" run --adapter caddyfile --config "$scratch/caddy/Caddyfile"
  url=https://127.0.0.1:$port/mcp
  judge_all
else
  say "$place: not run, there is no Caddy"
fi
stop_all
