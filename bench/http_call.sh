#!/usr/bin/env bash
# bench/http_call.sh - what a tools/call over HTTP costs, beside nginx answering the same request with a fixed text
# SPDX-License-Identifier: BSL-1.0
#
# usage: bench/http_call.sh
#
# wrk, on a core of its own, sends calls of MCP 2026-07-28 to servers with one thread each, which share another core but
# never run at the same time:
#   jwt       the tool `add` of access_self_hosted, with a token of the emulator of Cloudflare Access
#   open      the tool `add` of bench/http_server.cpp without auth
#   sse       its tool `add_in_steps`, which reports progress, so that the response is a stream of events
#   observed  its tool `add` without auth, with metrics and an access log; all else as in open
#   bearer    its tool `add` with the policy of access_saas and an access token, got as clients get it; all else as in open
# nginx reads the same request and answers with the same body, of which it computes nothing. The runs are interleaved
# and each figure is the median of its runs. Everything stays on 127.0.0.1. Exits with 1 if a mark is missed.
#
# Environment: BENCH_SECONDS per run (whole seconds, default 3), BENCH_ROUNDS (default 3), BENCH_CONNECTIONS (of jwt,
# default "1 32 256"; the others have 32), BENCH_PARTS (default "jwt open observed sse bearer"), MCPAWL_BIN_DIR and
# MCPAWL_BENCH_DIR (default: build/release/examples and build/release/bench, which are built first). With the defaults
# the measuring takes about two and a half minutes. On a machine that does other work too, the ratios mean more than the
# figures.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
seconds=${BENCH_SECONDS:-3}
rounds=${BENCH_ROUNDS:-3}
connections=${BENCH_CONNECTIONS:-1 32 256}
parts=${BENCH_PARTS:-jwt open observed sse bearer}
marked=32  # the number of connections that the marks are about
jwt_mark=2.0 open_mark=2.5 observed_mark=1.15 bearer_mark=1.15
[[ $seconds =~ ^[1-9][0-9]*$ && $rounds =~ ^[1-9][0-9]*$ && $connections =~ ^[1-9][0-9]*( +[1-9][0-9]*)*$ ]] ||
  { echo 'http_call.sh: seconds, rounds and connections must be whole numbers' >&2; exit 2; }
[[ $parts =~ ^(jwt|open|observed|sse|bearer)( +(jwt|open|observed|sse|bearer))*$ ]] ||
  { echo 'http_call.sh: the parts are jwt, open, observed, sse and bearer' >&2; exit 2; }

# shellcheck source=bench/servers.sh
. "$root/bench/servers.sh"
has() { [[ " $parts " = *" $1 "* ]]; }

# ---------------------------------------------------------------------------------------------- programs

install_missing wrk curl

# The package of nginx starts a server for everybody on port 80 when it is installed: unpack it only.
nginx=$(PATH=$PATH:/usr/sbin command -v nginx || true)
if [ -z "$nginx" ]; then
  unpacked=$root/build/nginx
  nginx=$unpacked/usr/sbin/nginx
  if [ ! -x "$nginx" ]; then
    say 'unpacking nginx'
    as_root "${apt[@]}" update > "$folder/apt" 2>&1 || { cat "$folder/apt"; exit 1; }
    (cd "$folder" && apt-get -q download nginx > "$folder/apt" 2>&1) || { cat "$folder/apt"; exit 1; }
    dpkg -x "$folder"/nginx_*.deb "$unpacked"
  fi
fi
"$nginx" -v 2> /dev/null || die "$nginx does not run here"

build_servers access_self_hosted access_emulator

# ---------------------------------------------------------------------------------------------- servers

[ "$server_core" != "$wrk_core" ] || say 'note: there is one core only; wrk and the servers disturb each other'

# The port of the server with OAuth must be known first: its callback is part of the application at Access.
oauth_port=$(free_port)
oauth_origin=http://127.0.0.1:$oauth_port
client_id=$(random_hex 16)
client_secret=$(random_hex 32)
start emulator "$bin/access_emulator" --listen 127.0.0.1:0 --client-id "$client_id" --client-secret "$client_secret" \
  --redirect "$oauth_origin/callback"
emulator=$(origin_of "$url")

# ---------------------------------------------------------------------------------------------- calls

# A kind of call is what wrk sends, to whom, and the status that it must get.
declare -A kind_url kind_pid kind_body kind_fields kind_status
kind() { kind_url[$1]=$2 kind_pid[$1]=$3 kind_body[$1]=$4 kind_fields[$1]=$5 kind_status[$1]=$6; }

# ask KIND - one call by curl; prints the body and, on a line of its own, status and content type
ask() {
  local arguments=() field
  while IFS= read -r field; do arguments+=(-H "$field"); done <<< "${kind_fields[$1]}"
  curl -sS -w '\n%{http_code} %{content_type}' "${arguments[@]}" --data "${kind_body[$1]}" "${kind_url[$1]}"
}
# expect KIND TYPE WORD... - refuse to measure anything but what is meant; the body is left in $answer
expect() {
  local got word
  got=$(ask "$1")
  answer=${got%$'\n'*}
  [ "${got##*$'\n'}" = "${kind_status[$1]} $2" ] || die "expected ${kind_status[$1]} and $2 for $1, got: $got"
  for word in "${@:3}"; do [[ $answer = *"$word"* ]] || die "expected $word for $1, got: $got"; done
}

add=$(body_of add '')
total='"structuredContent":{"total":42}'

if has jwt; then
  state=$(curl -fsS "$emulator/emulator")
  # the log of refusals goes where nobody reads it, but it is written
  start server env -i TEAM_DOMAIN="$(member team_domain <<< "$state")" POLICY_AUD="$(member aud <<< "$state")" \
    taskset -c "$server_core" "$bin/access_self_hosted" --listen 127.0.0.1:0 --threads 1
  good=$(curl -fsS "$emulator/emulator/token" --data 'email=alice@example.com')
  # Another last bit: a signature that is verified in full. One of another key may lie beyond the modulus, and then it
  # is refused for nothing. The last character holds the last two bits and four unused ones, which must stay zero: it is
  # one of A, Q, g, w.
  case $good in
    *A) forged=${good%A}Q ;; *Q) forged=${good%Q}A ;; *g) forged=${good%g}w ;; *w) forged=${good%w}g ;;
    *) die "the last character of a signature of 256 bytes cannot be that: $good" ;;
  esac
  jwt_fields=$(fields_of add "Cf-Access-Jwt-Assertion: $good")
  kind jwt "$url" "$pid" "$add" "$jwt_fields" 200
  kind forged "$url" "$pid" "$add" "$(fields_of add "Cf-Access-Jwt-Assertion: $forged")" 403
  kind missing "$url" "$pid" "$add" "$(fields_of add)" 401
  expect forged application/json invalid_token
  expect missing application/json missing_token
  expect jwt application/json "$total"
  jwt_answer=$answer
fi

if has open || has observed || has sse || has bearer; then
  start open env -i taskset -c "$server_core" "$bench_bin/http_server" --listen 127.0.0.1:0
  kind open "$url" "$pid" "$add" "$(fields_of add)" 200
  kind sse "$url" "$pid" "$(body_of add_in_steps '"progressToken":1,')" "$(fields_of add_in_steps)" 200
  expect open application/json "$total"
  open_answer=$answer
  expect sse text/event-stream notifications/progress "$total"
  sse_answer=$answer
fi

if has observed; then
  start observed env -i taskset -c "$server_core" "$bench_bin/http_server" --listen 127.0.0.1:0 --metrics --access-log
  kind observed "$url" "$pid" "$add" "$(fields_of add)" 200
  expect observed application/json "$total"
fi

# browse ARGUMENT_OF_CURL... - as a browser would, with cookies; prints the body, or where it is sent
browse() {
  curl -fsS -b "$folder/cookies" -c "$folder/cookies" -w '%{redirect_url}' "$@"
}

# access_token - register, approve, sign in and redeem, as a client and its user do
access_token() {
  local back=http://127.0.0.1:33418/back client page verifier challenge at code
  client=$(curl -fsS "$oauth_origin/register" -H 'Content-Type: application/json' \
    -d '{"client_name":"bench","redirect_uris":["'$back'"],"token_endpoint_auth_method":"none"}' | member client_id)
  verifier=$(random_hex 32)
  challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=')
  page=$(browse -G "$oauth_origin/authorize" -d response_type=code -d "client_id=$client" -d "code_challenge=$challenge" \
    -d code_challenge_method=S256 --data-urlencode "redirect_uri=$back" --data-urlencode "resource=$oauth_origin/mcp")
  at=$(browse "$oauth_origin/authorize" -H "Origin: $oauth_origin" -d decision=approve \
    --data-urlencode "handle=$(sed -n 's/.*name="handle" value="\([^"]*\)".*/\1/p' <<< "$page")" -o /dev/null)
  at=$(browse "$at" -o /dev/null)  # the emulator, which asks nothing
  at=$(browse "$at" -o /dev/null)  # the callback
  code=$(sed -n 's/.*[?&]code=\([^&]*\).*/\1/p' <<< "$at")
  curl -fsS "$oauth_origin/token" -d grant_type=authorization_code -d "code=$code" -d "client_id=$client" \
    -d "code_verifier=$verifier" --data-urlencode "redirect_uri=$back" --data-urlencode "resource=$oauth_origin/mcp" |
    member access_token
}

if has bearer; then
  sso=$emulator/cdn-cgi/access/sso/oidc/$client_id
  start bearer env -i PUBLIC_URL="$oauth_origin" ACCESS_CLIENT_ID="$client_id" ACCESS_CLIENT_SECRET="$client_secret" \
    ACCESS_AUTHORIZATION_URL="$sso/authorization" ACCESS_TOKEN_URL="$sso/token" ACCESS_JWKS_URL="$sso/jwks" \
    COOKIE_ENCRYPTION_KEY="$(random_hex 32)" OAUTH_KV="$folder/oauth.sqlite" \
    taskset -c "$server_core" "$bench_bin/http_server" --oauth --listen "127.0.0.1:$oauth_port"
  curl -fsS "$emulator/emulator/oidc" -d sign_in=alice@example.com > /dev/null
  token=$(access_token)
  [ -n "$token" ] || die 'no access token'
  kind unbearing "$url" "$pid" "$add" "$(fields_of add)" 401
  kind bearer "$url" "$pid" "$add" "$(fields_of add "Authorization: Bearer $token")" 200
  expect unbearing application/json missing_token
  expect bearer application/json "$total"
  [ "$answer" = "$open_answer" ] || die "without auth the answer is another one: $open_answer, with: $answer"
fi

# ---------------------------------------------------------------------------------------------- nginx

# fill WORD TEXT - put a text of any characters into $config, which has it in single quotes
fill() {
  local text=${2//\\/\\\\}
  text=${text//\'/\\\'}
  config=${config//@$1@/"$text"}
}
for ((tries = 0; tries < 20; ++tries)); do
  port=$(free_port)
  config=$(< "$root/bench/nginx.conf.in")
  fill FOLDER "$folder"
  fill PORT "$port"
  fill JWT "${jwt_answer:-}"
  fill OPEN "${open_answer:-}"
  fill SSE "${sse_answer:-}"
  printf '%s\n' "$config" > "$folder/nginx.conf"
  taskset -c "$server_core" "$nginx" -p "$folder" -e "$folder/nginx.err" -c "$folder/nginx.conf" 2> "$folder/nginx.said" &
  master=$!
  for ((wait = 0; wait < 100; ++wait)); do
    worker=$(cat "/proc/$master/task/$master/children" 2> /dev/null || true)
    if [ -n "$worker" ] || ! kill -0 "$master" 2> /dev/null; then break; fi
    sleep 0.02
  done
  [ -z "$worker" ] || break
done
[ -n "$worker" ] || { cat "$folder/nginx.said" >&2; die 'nginx does not start'; }
pids+=("$master")

# beside KIND TYPE ANSWER - the same call to nginx, as the kind nginx_KIND
beside() {
  kind "nginx_$1" "http://127.0.0.1:$port/$1" "${worker%% *}" "${kind_body[$1]}" "${kind_fields[$1]}" 200
  expect "nginx_$1" "$2"
  [ "$answer" = "$3" ] || die "nginx answers with something else: $answer"
}
! has jwt || beside jwt application/json "$jwt_answer"
! has open || beside open application/json "$open_answer"
! has sse || beside sse text/event-stream "$sse_answer"

# ---------------------------------------------------------------------------------------------- measuring

rss() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

# run KIND CONNECTIONS - one run; adds a line to the results
run() {
  local name=$1 c=$2 pid=${kind_pid[$1]} before after figures
  before=$(cpu_ticks "$pid")
  CALL_BODY=${kind_body[$name]} CALL_FIELDS=${kind_fields[$name]} taskset -c "$wrk_core" \
    wrk -t1 -c"$c" -d"${seconds}s" -s "$root/bench/http_call.lua" "${kind_url[$name]}" > "$folder/wrk" ||
    { cat "$folder/wrk"; exit 1; }
  after=$(cpu_ticks "$pid")
  figures=$(sed -n 's/^figures //p' "$folder/wrk")
  # shellcheck disable=SC2086
  set -- $figures
  local refused=$5 broken=$6
  [ "$broken" = 0 ] || die "$name at $c connections: $broken connections failed"
  if [ "${kind_status[$name]}" = 200 ]; then [ "$refused" = 0 ] || die "$name at $c connections: $refused calls were refused"
  else [ "$refused" = "$1" ] || die "$name at $c connections: only $refused of $1 calls were refused"; fi
  printf '%s %s %s %s %s %s %s %s\n' "$name" "$c" "$1" "$2" "$((after - before))" "$3" "$4" "$(rss "$pid")" >> "$folder/results"
}

# There and back, so that what the machine does more and more, or less and less, falls on all alike.
there=()
! has open || there+=(nginx_open)
if has open || has observed || has bearer; then there+=(open); fi
! has observed || there+=(observed)
! has bearer || there+=(bearer)
back=()
for name in "${there[@]}"; do back=("$name" "${back[@]}"); done
! has sse || there+=(sse nginx_sse)

say "wrk on core $wrk_core, servers on core $server_core; $rounds rounds of $seconds s; request ${#add} bytes of body"
! has jwt || say "  jwt: a token of ${#good} bytes, answer ${#jwt_answer}"
! has open || say "  open: answer ${#open_answer} bytes"
! has sse || say "  sse: answer ${#sse_answer} bytes"
! has bearer || say "  bearer: a token of ${#token} bytes, answer ${#open_answer}"
say "  wrk -t1 -cN -d${seconds}s -s bench/http_call.lua http://127.0.0.1:PORT/PATH      (this table: bench/http_call.sh)"
say
for ((round = 0; round < rounds; ++round)); do
  if has jwt; then
    for c in $connections; do
      run nginx_jwt "$c"
      run jwt "$c"
    done
    run forged "$marked"
    run missing "$marked"
  fi
  for name in "${there[@]}" "${back[@]}"; do run "$name" "$marked"; done
done

# ---------------------------------------------------------------------------------------------- the table

# What OpenSSL says of its bare public-key operation, for comparison.
openssl_says=$(taskset -c "$server_core" openssl speed -seconds 1 rsa2048 2> /dev/null |
  awk '/^rsa +2048/ { sub("s", "", $5); printf "%.1f us", 1e6 * $5 }')

awk -v ticks="$ticks" -v marked="$marked" -v jwt_mark="$jwt_mark" -v open_mark="$open_mark" \
  -v observed_mark="$observed_mark" -v bearer_mark="$bearer_mark" -v openssl="${openssl_says:-unknown}" "$awk_median"'
  {
    key = $1 " " $2
    if (!(key in runs)) order[++rows] = key
    n = ++runs[key]
    rate[key, n] = $3 / ($4 / 1e6); cpu[key, n] = 1e6 * $5 / ticks / $3; p50[key, n] = $6; p99[key, n] = $7; rss[key, n] = $8
  }
  function pick(table, key,    i, values) {
    for (i = 1; i <= runs[key]; ++i) values[i] = table[key, i]
    return median(values, runs[key])
  }
  # neighbours in time are compared, so that what else the machine does weighs on both
  function ratio(key, base,    i, values) {
    for (i = 1; i <= runs[key]; ++i) values[i] = cpu[key, i] / cpu[base, i]
    return median(values, runs[key])
  }
  function row(key,    base, part) {
    split(key, part, " ")
    base = beside[part[1]] " " part[2]
    printf "%-11s  %-38s  %10.0f  %11.2f  %8.0f  %8.0f  %8.0f  %s\n", part[2], names[part[1]], pick(rate, key), pick(cpu, key),
      pick(p50, key), pick(p99, key), pick(rss, key), (base in runs ? sprintf("%8.2f", ratio(key, base)) : "       -")
  }
  function judged(times, mark) {
    if (times > mark) missed = 1
    return sprintf("the mark is %s: %s", mark, times > mark ? "MISSED" : "kept")
  }
  # one line on `name`, compared with `base`, if both were measured
  function against(what, name, base, words, mark,    key, other, times) {
    key = name " " marked; other = base " " marked
    if (!(key in runs) || !(other in runs)) return
    times = ratio(key, other)
    printf "  %-25s  %7.2f    %.2f times %s%s\n", what, pick(cpu, key), times, words, mark ? "; " judged(times, mark) : ""
  }
  END {
    kinds = split("nginx_jwt jwt forged missing nginx_open open observed bearer nginx_sse sse", kind, " ")
    names["nginx_jwt"] = "nginx, a fixed answer"
    names["jwt"] = "tools/call add, valid token"
    names["forged"] = "refused: forged token (403)"
    names["missing"] = "refused: no token (401)"
    names["nginx_open"] = "nginx, a fixed answer, no token"
    names["open"] = "tools/call add, no auth"
    names["observed"] = "tools/call add, metrics, access log"
    names["bearer"] = "tools/call add, access token of ours"
    names["nginx_sse"] = "nginx, a fixed answer of two events"
    names["sse"] = "tools/call add_in_steps, SSE, no auth"
    beside["nginx_jwt"] = beside["jwt"] = beside["forged"] = beside["missing"] = "nginx_jwt"
    beside["nginx_open"] = beside["open"] = beside["observed"] = beside["bearer"] = "nginx_open"
    beside["nginx_sse"] = beside["sse"] = "nginx_sse"
    printf "%-11s  %-38s  %10s  %11s  %8s  %8s  %8s  %8s\n", "connections", "", "requests/s", "CPU us/req", "p50 us", "p99 us", "RSS KiB", "to nginx"
    for (i = 1; i <= rows; ++i) { split(order[i], k, " "); if (k[1] == "nginx_jwt" || k[1] == "jwt") row(order[i]) }
    for (i = 3; i <= kinds; ++i) if ((kind[i] " " marked) in runs) row(kind[i] " " marked)
    print ""
    print "CPU: user and system time of the serving process (nginx: its worker), from /proc/PID/stat, per request."
    print "Medians over the rounds; ratios are of neighbours in time. A JWT is verified at its first use and recalled after"
    print "that, for at most 60 s at a time; an access token is looked up in SQLite and recalled for at most 5 s."
    printf "\nCPU per call at %d connections, in us:\n", marked
    forged = "forged " marked; missing = "missing " marked
    if (forged in runs) {
      printf "  %-25s  %7.2f    forged (in its last bit) minus missing token, answered and logged alike;\n",
        "verifying a new JWT", pick(cpu, forged) - pick(cpu, missing)
      printf "  %-25s  %7s    `openssl speed rsa2048` alone says %s\n", "", "", openssl
    }
    against("the call with a JWT", "jwt", "nginx_jwt", "nginx", jwt_mark)
    against("the call without auth", "open", "nginx_open", "nginx", open_mark)
    against("the call that is observed", "observed", "open", "the call without observers", observed_mark)
    against("the call with a bearer", "bearer", "open", "the call without auth", bearer_mark)
    against("the answer by SSE", "sse", "nginx_sse", "nginx with those events as a fixed answer")
    exit missed + 0
  }' "$folder/results"
