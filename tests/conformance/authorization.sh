#!/usr/bin/env bash
# tests/conformance/authorization.sh - the official suite's scenarios for authorization servers, none of which may even warn
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/conformance/authorization.sh                    against the example access_saas, with the emulator upstream
#        tests/conformance/authorization.sh ISSUER RESOURCE [BUTTON...]
#
# The suite takes the metadata from ISSUER and goes through one authorization code grant with PKCE, for RESOURCE. It
# wants a public client that is registered for http://127.0.0.1:PORT/callback, and somebody who opens the URL it prints:
# that is tests/clients/browser.mjs, who presses the buttons with these values.
# Builds the examples (preset release), unless MCPAWL_BIN_DIR names a folder that has them. Needs node and npm.
set -euo pipefail
# shellcheck source=tests/conformance/programs.sh
. "$(dirname "$0")/programs.sh"
least=3 # checks that are known to exist

[ $# != 1 ] || { sed -n '5,6s/^# //p' "$here/authorization.sh" >&2; exit 2; }
[ $# != 0 ] || build_examples access_saas access_emulator
install

if [ $# = 0 ]; then
  PUBLIC_URL=http://127.0.0.1:$(free_port)
  COOKIE_ENCRYPTION_KEY=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
  start access_emulator --listen 127.0.0.1:0 --client-id conformance --client-secret secret --redirect "$PUBLIC_URL/callback"
  ACCESS_CONFIG_URL=${url%/mcp}/cdn-cgi/access/sso/oidc/conformance/.well-known/openid-configuration
  export PUBLIC_URL COOKIE_ENCRYPTION_KEY ACCESS_CONFIG_URL OAUTH_KV=memory: ACCESS_CLIENT_ID=conformance ACCESS_CLIENT_SECRET=secret
  start access_saas --listen "${PUBLIC_URL#http://}"
  set -- "$PUBLIC_URL" "$PUBLIC_URL/mcp" approve alice@example.com
fi
issuer=$1
resource=$2
shift 2

port=$(free_port)
client=$("$node" --input-type=module - "$issuer" "http://127.0.0.1:$port/callback" << 'SCRIPT'
const [, , issuer, redirect_uri] = process.argv;
const url = new URL(issuer);
const metadata = await fetch(`${url.origin}/.well-known/oauth-authorization-server${url.pathname.replace(/\/$/, '')}`);
const { registration_endpoint } = await metadata.json();
const wish = { client_name: 'conformance', redirect_uris: [redirect_uri], token_endpoint_auth_method: 'none' };
const headers = { 'Content-Type': 'application/json' };
const answer = await fetch(registration_endpoint, { method: 'POST', headers, body: JSON.stringify(wish) });
if (answer.status !== 201) throw new Error(`no registration: ${answer.status} ${await answer.text()}`);
console.log((await answer.json()).client_id);
SCRIPT
)

"$node" "$suite" authorization --url "$issuer" --client-id "$client" --resource "$resource" --port "$port" \
  --output-dir "$scratch/results" > "$scratch/log" 2>&1 &
judge=$!
for _ in $(seq 300); do
  login=$(grep -m 1 "^http.*client_id=$client" "$scratch/log" || true)
  [ -z "$login" ] || break
  kill -0 "$judge" 2> /dev/null || break
  sleep 0.1
done
if [ -n "$login" ]; then "$node" "$here/../clients/browser.mjs" "$login" "$@" || kill "$judge"; fi

status=0
wait "$judge" || status=$?
# the summary leaves warnings out; the results have them
read -r passed failed warned < <(find "$scratch/results" -name checks.json -exec cat {} + | grep -o '"status": "[A-Z]*"' |
  awk '/SUCCESS/ { p++ } /FAILURE|SKIPPED/ { f++ } /WARNING/ { w++ } END { print p + 0, f + 0, w + 0 }')
say "authorization server: $passed checks passed, $failed failed, $warned warnings"
if [ "$status" != 0 ] || [ "$passed" -lt "$least" ] || [ "$failed" != 0 ] || [ "$warned" != 0 ]; then
  say "expected at least $least checks, and no failure or warning" >&2
  cat "$scratch/log" >&2
  find "$scratch/results" -name checks.json -exec cat {} + >&2
  exit 1
fi
[ ${#pids[@]} = 0 ] || stop_all
