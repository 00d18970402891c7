#!/usr/bin/env bash
# examples/run.sh - an MCP server behind a local stand-in for Cloudflare Access, from nothing to a URL
# SPDX-License-Identifier: BSL-1.0
#
# usage: examples/run.sh                build both, start them, print the URL for MCP clients, run until Ctrl-C
#        examples/run.sh --saas         the same with a server that is its own authorization server: a client needs its URL
#                                       alone, and people see a consent page and sign in at the stand-in, in a browser
#        examples/run.sh --fleet        the self-hosted server three times, behind nginx, which sends each request to the next; they share
#                                       Redis. `kill -HUP` of this script restarts one instance after the other
#        ... --port 8787                at this port instead of one that is free
#        ... --check                    build both, make real calls through them, stop them; exit status 0 if all went well
#
# On Debian and Ubuntu it installs what is missing with apt-get, elsewhere it says what is needed.
#
# Environment: ALLOWED_EMAILS (who may use the tool `draw`, default alice@example.com), MCPAWL_JOBS (compilers at once,
# default: the number of cores), MCPAWL_NO_INSTALL=1 (never call apt-get).
set -euo pipefail

packages=(g++ cmake ninja-build boost-json boost-url libssl-dev libgd-dev libsqlite3-dev curl)

cd "$(dirname "$0")/.."
# shellcheck source=cmake/setup.sh
. cmake/setup.sh
programs=build/release/examples
repository=$PWD

usage() { sed -n '5,17s/^# \{0,1\}//p' examples/run.sh; }

# ---------------------------------------------------------------------------------------------- build

# Two runs at once share the build folder, so one builds while the other waits.
build() {
  mkdir -p build
  (
    if command -v flock > /dev/null && ! flock -n 9; then
      say 'build: waiting for another run'
      flock 9
    fi
    say 'build: configuring build/release'
    cmake --preset release > build/run.log 2>&1 9>&- || { cat build/run.log; exit 1; }
    say 'build: compiling two programs, a minute or two each where they are not built yet'
    cmake --build --preset release --target access_emulator "$server_program" \
      --parallel "${MCPAWL_JOBS:-$(cores)}" 9>&-
  ) 9> build/run.lock
}

# ---------------------------------------------------------------------------------------------- processes

scratch=
pids=()

stop_all() {
  local status=0 pid
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2> /dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" || status=$?; done
  pids=()
  return "$status"
}

# shellcheck disable=SC2317 # a trap calls it
leave() {
  local status=$?
  trap '' INT TERM
  stop_all || true
  if [ "$status" != 0 ] && [ -n "$scratch" ]; then
    local log
    for log in "$scratch"/*.log; do
      [ -s "$log" ] || continue
      echo "--- the end of $(basename "$log"):"
      tail -n 20 "$log"
    done
  fi
  [ -z "$scratch" ] || rm -rf "$scratch"
  exit "$status"
}
trap leave EXIT
trap 'exit 130' INT TERM

# start NAME OPTION... - run a program and wait until it is ready; its URL is left in $url
start() {
  local name=$1 pid i
  shift
  : > "$scratch/$name.out"
  "$programs/$name" "$@" > "$scratch/$name.out" 2> "$scratch/$name.log" &
  pid=$!
  pids+=("$pid")
  for ((i = 0; i < 300; ++i)); do
    url=$(sed -n 's/^listening on //p' "$scratch/$name.out")
    [ -z "$url" ] || return 0
    kill -0 "$pid" 2> /dev/null || fail "$name did not start"
    sleep 0.1
  done
  fail "$name is not ready after 30 seconds"
}

origin_of() { printf %s "${1%/mcp}"; }

# ---------------------------------------------------------------------------------------------- calls

# shellcheck source=examples/shared/calls.sh
. examples/shared/calls.sh

check_self_hosted() {
  check_made_calls
  say 'check: a request that goes round Access is refused'
  post 401 "$server" "${call_headers[@]}" -d "$call_body"
  expect missing_token
  say 'check: somebody whom Access does not let in is refused'
  post 401 "$mcp" "${call_headers[@]}" -H 'Cf-Emulator-Email: none' -d "$call_body"
  check_stopping
}

check_made_calls() {
  say 'check: tools/list, as alice@example.com'
  post 200 "$mcp" "${list_headers[@]}" -d "$list_body"
  expect '"name":"add"'
  expect '"name":"whoami"'
  say 'check: tools/call, 19 + 23'
  post 200 "$mcp" "${call_headers[@]}" -d "$call_body"
  expect '"total":42'
}

# One session, whose requests go to all instances.
check_fleet() {
  local round session
  check_made_calls
  say 'check: a session goes on at all instances, while they are restarted one after the other'
  post 200 "$mcp" "${json[@]}" -D "$scratch/head" \
    -d '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"check","version":"1"}}}'
  session=$(tr -d '\r' < "$scratch/head" | sed -n 's/^[Mm]cp-[Ss]ession-[Ii]d: //p')
  [ -n "$session" ] || fail 'initialize opened no session'
  local in_session=("${json[@]}" -H "Mcp-Session-Id: $session" -H 'MCP-Protocol-Version: 2025-11-25')
  for round in 1 2 3; do
    restart_instance "$round"
    for _ in 1 2 3 4; do post 200 "$mcp" "${in_session[@]}" -d '{"jsonrpc":"2.0","id":2,"method":"ping"}'; done
  done
  say 'check: it ends at all of them'
  post 204 "$mcp" -X DELETE "${in_session[@]}"
  for round in 1 2 3; do post 404 "$mcp" "${in_session[@]}" -d '{"jsonrpc":"2.0","id":3,"method":"ping"}'; done
  check_stopping
}

check_stopping() {
  say 'check: both programs stop when they are told to'
  stop_all || fail 'a program did not exit with 0'
  say 'check: all is well'
}

# member NAME - the text of a member of the JSON in $body is left in $value
member() {
  value=$(printf %s "$body" | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p")
  [ -n "$value" ] || fail "no $1 in the answer: $body"
}

# browse CURL_ARGUMENT... - as a browser would, with cookies; where the response leads is left in $location
browse() {
  post "$@" -b "$scratch/cookies" -c "$scratch/cookies" -D "$scratch/head"
  location=$(tr -d '\r' < "$scratch/head" | sed -n 's/^[Ll]ocation: //p')
}

# query NAME - a parameter of $location, as it is written there, is left in $value
query() {
  value=$(printf %s "$location" | sed -n "s/.*[?&]$1=\([^&]*\).*/\1/p")
  [ -n "$value" ] || fail "no $1 in $location"
}

# The S256 challenge of a verifier (RFC 7636 section 4.2).
challenge_of() {
  local hex
  hex=$(printf %s "$1" | if command -v sha256sum > /dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1)
  # shellcheck disable=SC2059 # the format is made of escapes
  printf "$(printf %s "$hex" | sed 's/../\\x&/g')" | base64 | tr '+/' '-_' | tr -d '='
}

check_saas() {
  local back=http://127.0.0.1:33418/back client verifier handle token refresh
  say 'check: a client without a token is told where to get one'
  post 401 "$mcp" "${list_headers[@]}" -d "$list_body" -D "$scratch/head"
  grep -qi "^www-authenticate: bearer .*resource_metadata=\"$server_origin/.well-known/oauth-protected-resource/mcp\"" "$scratch/head" ||
    fail "no way to the metadata in $(cat "$scratch/head")"
  post 200 "$server_origin/.well-known/oauth-protected-resource/mcp"
  expect "\"resource\":\"$mcp\""
  post 200 "$server_origin/.well-known/oauth-authorization-server"
  expect "\"issuer\":\"$server_origin\""

  say 'check: it registers'
  post 201 "$server_origin/register" -H 'Content-Type: application/json' \
    -d '{"client_name":"examples/run.sh","redirect_uris":["'$back'"],"token_endpoint_auth_method":"none",
         "grant_types":["authorization_code","refresh_token"]}'
  member client_id
  client=$value

  say 'check: the consent page, and Approve'
  verifier=$(random_hex 32)
  browse 200 -G "$server_origin/authorize" -d response_type=code -d "client_id=$client" -d state=check \
    --data-urlencode "redirect_uri=$back" --data-urlencode "resource=$mcp" \
    -d "code_challenge=$(challenge_of "$verifier")" -d code_challenge_method=S256
  expect examples/run.sh
  handle=$(printf %s "$body" | sed -n 's/.*name="handle" value="\([^"]*\)".*/\1/p')
  browse 303 "$server_origin/authorize" -H "Origin: $server_origin" --data-urlencode "handle=$handle" -d decision=approve

  say 'check: alice@example.com signs in at the stand-in for Access'
  browse 303 "$location" -H "Origin: $team" -d email=alice@example.com
  browse 303 "$location"
  case $location in "$back"*) ;; *) fail "not back at the client: $location" ;; esac
  query state
  [ "$value" = check ] || fail "not our state: $location"

  say 'check: tools/call, 19 + 23'
  query code
  post 200 "$server_origin/token" -d grant_type=authorization_code -d "code=$value" -d "client_id=$client" \
    -d "code_verifier=$verifier" --data-urlencode "redirect_uri=$back" --data-urlencode "resource=$mcp"
  member access_token
  token=$value
  member refresh_token
  refresh=$value
  post 200 "$mcp" "${call_headers[@]}" -H "Authorization: Bearer $token" -d "$call_body"
  expect '"total":42'
  say 'check: refresh'
  post 200 "$server_origin/token" -d grant_type=refresh_token -d "client_id=$client" --data-urlencode "refresh_token=$refresh"
  member access_token
  token=$value
  member refresh_token
  refresh=$value
  post 200 "$mcp" "${call_headers[@]}" -H "Authorization: Bearer $token" -d "$call_body"
  expect '"total":42'
  say 'check: revoke'
  post 200 "$server_origin/revoke" -d "client_id=$client" --data-urlencode "token=$refresh"
  post 401 "$mcp" "${call_headers[@]}" -H "Authorization: Bearer $token" -d "$call_body"
  check_stopping
}

show_curl() {
  local argument
  printf '  curl -sS %s' "$mcp"
  for argument in "${call_headers[@]}" -d "$call_body"; do
    case $argument in
      -*) printf ' \\\n    %s' "$argument" ;;
      *) printf " '%s'" "$argument" ;;
    esac
  done
  printf '\n'
}

# ---------------------------------------------------------------------------------------------- main

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

start_access() {
  POLICY_AUD=$(random_hex 32)
  say 'starting the stand-in for Cloudflare Access'
  start access_emulator --listen "127.0.0.1:$port" --aud "$POLICY_AUD" --as alice@example.com
  mcp=$url
  TEAM_DOMAIN=$(origin_of "$mcp")
  export POLICY_AUD TEAM_DOMAIN
}

start_self_hosted() {
  start_access
  say 'starting the server'
  start access_self_hosted --listen 127.0.0.1:0
  server=$url
  server_origin=$(origin_of "$server")
  post 200 "$TEAM_DOMAIN/emulator/upstream" -d "${server_origin#http://}"
}

# Instances 1 to 3, Redis for what they share, and nginx before them.
start_fleet() {
  local i at replacements=()
  unpacked nginx /usr/sbin/nginx || fail 'there is no nginx'
  SESSION_KEYS=$(random_hex 32)
  at=$(free_port)
  say 'starting Redis'
  mkdir "$scratch/redis"
  start_at "$at" redis redis-server --port "$at" --bind 127.0.0.1 --dir "$scratch/redis" --save '' --appendonly yes
  # nothing of it has to outlive the engine
  SHARED_STORE="redis://127.0.0.1:$at/0?durable=no"
  export SHARED_STORE SESSION_KEYS
  start_access
  say 'starting three servers'
  for i in 1 2 3; do
    instance_at[i]=127.0.0.1:$(free_port)
    start_instance "$i"
    replacements+=("127.0.0.1:808$i" "${instance_at[i]}")
  done
  at=$(free_port)
  nginx_conf examples/fleet/nginx.conf 127.0.0.1:8080 "127.0.0.1:$at" "${replacements[@]}"
  start_at "$at" nginx "$program" -e stderr -c "$scratch/nginx/nginx.conf"
  post 200 "$TEAM_DOMAIN/emulator/upstream" -d "127.0.0.1:$at"
}
instance_at=()
instance_pid=()

start_instance() {
  # more than the keepalive_timeout of nginx.conf: nginx makes no use of a connection that this instance closes because it leaves
  start access_self_hosted --listen "${instance_at[$1]}" --drain-delay 1500
  instance_pid[$1]=${pids[-1]}
}

# restart_instance NUMBER - it finishes what it has begun
restart_instance() {
  local pid=${instance_pid[$1]} each kept=()
  kill -TERM "$pid"
  wait "$pid" || fail "instance $1 did not end with 0"
  for each in "${pids[@]}"; do [ "$each" = "$pid" ] || kept+=("$each"); done
  pids=("${kept[@]}")
  start_instance "$1"
}

restart_all() {
  local i
  for i in 1 2 3; do
    say "restarting instance $i"
    restart_instance "$i"
  done
}

# The server's own port must be known first: its callback is part of the application at Access.
start_saas() {
  [ "$port" != 0 ] || port=$(free_port)
  PUBLIC_URL=http://127.0.0.1:$port
  ACCESS_CLIENT_ID=$(random_hex 16)
  ACCESS_CLIENT_SECRET=$(random_hex 32)
  COOKIE_ENCRYPTION_KEY=$(random_hex 32)
  OAUTH_KV=$scratch/clients-and-grants.sqlite
  say 'starting the stand-in for Cloudflare Access'
  start access_emulator --listen 127.0.0.1:0 --as none --redirect "$PUBLIC_URL/callback" \
    --client-id "$ACCESS_CLIENT_ID" --client-secret "$ACCESS_CLIENT_SECRET"
  team=$(origin_of "$url")
  ACCESS_AUTHORIZATION_URL=$team/cdn-cgi/access/sso/oidc/$ACCESS_CLIENT_ID/authorization
  ACCESS_TOKEN_URL=$team/cdn-cgi/access/sso/oidc/$ACCESS_CLIENT_ID/token
  ACCESS_JWKS_URL=$team/cdn-cgi/access/sso/oidc/$ACCESS_CLIENT_ID/jwks
  export PUBLIC_URL ACCESS_CLIENT_ID ACCESS_CLIENT_SECRET ACCESS_AUTHORIZATION_URL ACCESS_TOKEN_URL ACCESS_JWKS_URL
  export COOKIE_ENCRYPTION_KEY OAUTH_KV
  say 'starting the server'
  start access_saas --listen "127.0.0.1:$port"
  mcp=$url
  server_origin=$(origin_of "$mcp")
}

explain_self_hosted() {
  cat << TEXT

  for any MCP client:       $mcp
  behind it, tokens only:   $server

You are alice@example.com there; the header \`Cf-Emulator-Email: bob@example.com\` makes you somebody else.
One call by hand:

$(show_curl)

TEXT
}

explain_fleet() {
  cat << TEXT

  for any MCP client:       $mcp
  three instances behind:   ${instance_at[*]}

Each request goes to the next of them. To restart one after the other, as for a new version:

  kill -HUP $$

TEXT
}

explain_saas() {
  cat << TEXT

  for any MCP client:       $mcp
  the stand-in for Access:  $team

Give the URL to a client that can log in (OAuth); it needs nothing else. For instance:

  npx @modelcontextprotocol/inspector          then choose Streamable HTTP, and the URL
  claude mcp add --transport http demo $mcp

A browser opens: approve, then choose who you are. alice@example.com sees the tool \`draw\`, others do not.
What happens to somebody who is blocked afterwards, when the client refreshes its token:

  curl -sS $team/emulator/oidc -d block=alice@example.com

TEXT
}

job=serve
mode=self_hosted
port=0
while [ $# != 0 ]; do
  case $1 in
    --check) job=check ;;
    --saas) mode=saas ;;
    --fleet) mode=fleet ;;
    --port) port=${2:?--port needs a number}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
server_program=access_$mode
if [ "$mode" = fleet ]; then
  server_program=access_self_hosted
  packages+=(libhiredis-dev)
fi

install_missing "${packages[@]}"
[ "$mode" != fleet ] || install_stopped redis-server
build

scratch=$(mktemp -d)
export ALLOWED_EMAILS="${ALLOWED_EMAILS:-alice@example.com}"
"start_$mode"
if [ "$job" = check ]; then
  "check_$mode"
  exit 0
fi

say 'ready'
"explain_$mode"
echo 'Ctrl-C stops all.'
trap 'exit 0' INT TERM
restart=
[ "$mode" != fleet ] || trap 'restart=yes' HUP
while true; do
  wait -n || true
  [ -n "$restart" ] || fail 'a program has ended by itself'
  restart=
  restart_all
done
