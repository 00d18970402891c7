# examples/shared/calls.sh - calls by curl and programs to call, for scripts that try a server out; they source it, with $scratch set to a folder
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # those who source this use them, and set $scratch

version='"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}'
list_body='{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{'$version'}}}'
call_body='{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"add","arguments":{"a":19,"b":23},"_meta":{'$version'}}}'
json=(-H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream')
list_headers=("${json[@]}" -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list')
call_headers=("${json[@]}" -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: add')

# post EXPECTED_STATUS CURL_ARGUMENT... - the body of the response is left in $body
post() {
  local expected=$1 status
  shift
  status=$(curl -sS --max-time 20 -o "$scratch/body" -w '%{http_code}' "$@") || fail "no answer to: curl $*"
  body=$(cat "$scratch/body")
  [ "$status" = "$expected" ] || fail "status $status instead of $expected: $body"
}

# expect WORDS - they are in $body
expect() {
  case $body in
    *"$1"*) ;;
    *) fail "no $1 in the answer: $body" ;;
  esac
}

# A port below those that the system gives away, at which nobody listens.
free_port() {
  local at
  while at=$((20000 + RANDOM % 10000)); (: < "/dev/tcp/127.0.0.1/$at") 2> /dev/null; do :; done
  printf %s "$at"
}

# start_at PORT NAME COMMAND... - start a program that is not ours, add it to $pids, and wait until somebody listens on the port
start_at() {
  local at=$1 name=$2
  shift 2
  "$@" > "$scratch/$name.log" 2>&1 &
  pids+=($!)
  for _ in $(seq 100); do
    ! (: < "/dev/tcp/127.0.0.1/$at") 2> /dev/null || return 0
    sleep 0.1
  done
  fail "$name did not start: $(cat "$scratch/$name.log")"
}
