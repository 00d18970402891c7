#!/usr/bin/env bash
# tests/conformance/run.sh - the official conformance suite of MCP against examples/everything, open and behind Access
#
# usage: tests/conformance/run.sh [REVISION...]     all judged revisions by default
#
# For each revision the suite must run at least as many checks as are known to exist, and none may fail; there is no
# list of expected failures. It runs twice: against a server that is open to everybody, and through the emulator of
# Cloudflare Access, which adds the tokens, against one that lets nobody in without.
# Builds the examples (preset release), unless MCPAWL_BIN_DIR names a folder that has them. Needs node and npm; the suite
# runs with the Node 22 that is pinned beside it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$here"

say() { printf 'conformance: %s\n' "$*"; }

if [ -z "${MCPAWL_BIN_DIR:-}" ]; then
  export MCPAWL_BIN_DIR=$root/build/release/examples
  say 'building the examples (g++ -O2; nothing to do if they are up to date)'
  (cd "$root" && cmake --preset release > /dev/null && cmake --build --preset release --target everything access_emulator)
fi

work=$(mktemp -d)
pids=()
# shellcheck disable=SC2317  # a trap calls it
finish() {
  [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2> /dev/null || true
  rm -rf "$work"
}
trap finish EXIT

# npm writes node_modules/.package-lock.json when it is done, and not before
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  say 'installing the pinned suite (npm ci)'
  npm ci > "$work/npm.log" 2>&1 || { cat "$work/npm.log" >&2; exit 1; }
fi
node=$(echo node_modules/node-linux-*/bin/node)

# start NAME OPTION... - run an example at a free port; its URL is left in $url when it is ready
start() {
  local log=$work/$1.log
  : > "$log" # what an earlier one said
  "$MCPAWL_BIN_DIR/$1" --listen 127.0.0.1:0 "${@:2}" > "$log" 2>&1 &
  pids+=($!)
  for _ in $(seq 100); do
    url=$(sed -n 's/^listening on //p' "$log")
    [ -z "$url" ] || return 0
    sleep 0.1
  done
  say "$1 did not start:" >&2
  cat "$log" >&2
  exit 1
}

stop_all() {
  local pid
  kill "${pids[@]}"
  for pid in "${pids[@]}"; do wait "$pid" || { say 'a program did not end cleanly' >&2; exit 1; }; done
  pids=()
}

# post URL BODY - prints the status of the answer
post() { "$node" -e 'fetch(process.argv[1], { method: "POST", body: process.argv[2] }).then((it) => console.log(it.status))' "$@"; }

# suite OPTION... - one run; what it said is in $work/log
suite() {
  "$node" node_modules/@modelcontextprotocol/conformance/dist/index.js server --url "$url" "$@" > "$work/log" 2>&1 || true
}

# judge REVISION LEAST [SCENARIO:LEAST...] - of the last run: enough checks, and no failure
judge() {
  local revision=$1 least=$2 passed failed scenario
  shift 2
  # a line of the summary: ✓ tools-list: 3 passed, 0 failed
  sed -n 's/^[^ ]* \([a-z0-9-]*\): \([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2 \3/p' "$work/log" > "$work/table"
  # the extension of tasks (SEP-2663) is neither scored by the suite nor offered by the example
  sed -i '/^tasks-/d' "$work/table"
  read -r passed failed < <(awk '{ p += $2; f += $3 } END { print p + 0, f + 0 }' "$work/table")
  say "$revision, $place: $passed checks passed, $failed failed"
  [ "$failed" = 0 ] || complain "$revision: some checks failed"
  [ "$passed" -ge "$least" ] || complain "$revision: expected at least $least checks"
  for scenario in "$@"; do
    grep -q "^${scenario%:*} ${scenario#*:} 0\$" "$work/table" || complain "$revision: expected $scenario passed checks"
  done
}

complain() {
  say "$1" >&2
  awk '$3 != 0 { print "  failed: " $1 }' "$work/table" >&2
  cat "$work/log" >&2
  exit 1
}

revisions=("$@")
[ $# != 0 ] || revisions=(2025-06-18 2025-11-25 2026-07-28)
judge_all() {
  local revision
  for revision in "${revisions[@]}"; do
    case $revision in
      2025-06-18)
        suite --spec-version 2025-06-18
        judge "$revision" 56
        ;;
      2025-11-25)
        suite --requirements 2025-11-25
        judge "$revision" 84
        ;;
      2026-07-28)
        suite --requirements 2026-07-28
        judge "$revision" 153 http-header-validation:14 http-custom-header-server-validation:10 json-schema-2020-12:8
        ;;
      *) say "no such revision: $revision" >&2; exit 2 ;;
    esac
  done
}

place='open to everybody'
start everything
judge_all
stop_all

place='behind Access'
start access_emulator --aud conformance
emulator=$url
export TEAM_DOMAIN=${emulator%/mcp} POLICY_AUD=conformance
start everything --access
[ "$(post "$url" '{}')" = 401 ] || { say 'the server behind Access lets in who has no token' >&2; exit 1; }
host=${url#http://}
[ "$(post "$TEAM_DOMAIN/emulator/upstream" "${host%/mcp}")" = 200 ] || { say 'the emulator takes no server' >&2; exit 1; }
url=$emulator
judge_all
stop_all
