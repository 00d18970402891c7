#!/usr/bin/env bash
# tests/conformance/run.sh - the official conformance suite of MCP against the example everything, open and behind Access
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/conformance/run.sh [REVISION...]     all judged revisions by default
#
# For each revision the suite must run at least as many checks as are known to exist, and none may fail; there is no
# list of expected failures. It runs twice: against a server that is open to everybody, and through the emulator of
# Cloudflare Access, which adds the tokens, against one that lets nobody in without.
# Builds the examples (preset release), unless MCPAWL_BIN_DIR names a folder that has them. Needs node and npm; the suite
# runs with the Node 22 that is pinned beside it.
set -euo pipefail
# shellcheck source=tests/conformance/programs.sh
. "$(dirname "$0")/programs.sh"
build_examples everything access_emulator
install

# post URL BODY - prints the status of the response
post() { "$node" -e 'fetch(process.argv[1], { method: "POST", body: process.argv[2] }).then((it) => console.log(it.status))' "$@"; }

# try OPTION... - one run of the suite; what it said is in $work/log
try() {
  "$node" "$suite" server --url "$url" "$@" > "$work/log" 2>&1 || true
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

place='open to everybody'
start everything --listen 127.0.0.1:0
judge_all
stop_all

place='behind Access'
start access_emulator --listen 127.0.0.1:0 --aud conformance
emulator=$url
export TEAM_DOMAIN=${emulator%/mcp} POLICY_AUD=conformance
start everything --listen 127.0.0.1:0 --access
[ "$(post "$url" '{}')" = 401 ] || { say 'the server behind Access lets in who has no token' >&2; exit 1; }
host=${url#http://}
[ "$(post "$TEAM_DOMAIN/emulator/upstream" "${host%/mcp}")" = 200 ] || { say 'the emulator takes no server' >&2; exit 1; }
url=$emulator
judge_all
stop_all
