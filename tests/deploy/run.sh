#!/usr/bin/env bash
# tests/deploy/run.sh - the files of examples/deploy, checked by the programs that read them, and used where those run here
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/deploy/run.sh [FOLDER]        FOLDER has the programs access_self_hosted and access_emulator: build/release/examples
#
# Needs systemd-analyze, python3 with yaml, curl, jq, openssl: Debian's packages, which tests/run.sh installs. All servers listen
# on 127.0.0.1, on ports that are free, or in a temporary folder. What was run and what was not stands at the end.
#
# Environment: MCPAWL_NO_INSTALL=1 (fetch nothing: what is missing is not run).
set -euo pipefail
cd "$(dirname "$0")/../.."
repository=$PWD
# shellcheck source=cmake/setup.sh
. cmake/setup.sh
# shellcheck source=tests/support/fronts.sh
. tests/support/fronts.sh
# shellcheck source=examples/shared/calls.sh
. examples/shared/calls.sh
# shellcheck disable=SC2034  # say reads it
say_as=deploy
programs=$(realpath "${1:-build/release/examples}")
kit=$PWD/examples/deploy
for program in access_self_hosted access_emulator; do
  [ -x "$programs/$program" ] || fail "there is no $programs/$program: cmake --build --preset release --target $program"
done

# ---------------------------------------------------------------------------------------------- processes

scratch=$(mktemp -d)
pids=()
ran=()
not_run=()

# stop PID - by SIGTERM; leaves its exit status
stop() {
  local each rest=() status=0
  kill -TERM "$1" 2> /dev/null || true
  wait "$1" || status=$?
  for each in "${pids[@]}"; do [ "$each" = "$1" ] || rest+=("$each"); done
  pids=("${rest[@]}")
  return "$status"
}

# shellcheck disable=SC2317  # a trap calls it
leave() {
  local status=$? pid log
  trap '' INT TERM
  for pid in "${pids[@]}"; do stop "$pid" || true; done
  if [ "$status" != 0 ]; then
    for log in "$scratch"/*.log; do
      [ -s "$log" ] || continue
      echo "--- the end of $(basename "$log"):"
      tail -n 20 "$log"
    done
  fi
  rm -rf "$scratch"
  exit "$status"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# start NAME COMMAND... - its standard output goes to NAME.out and the rest to NAME.log; its process is left in $pid
start() {
  local name=$1
  shift
  : > "$scratch/$name.out" # what an earlier one said
  "$@" > "$scratch/$name.out" 2> "$scratch/$name.log" &
  pid=$!
  pids+=("$pid")
}

# eventually WHAT COMMAND... - it succeeds within 20 seconds, and the process $pid lives that long
eventually() {
  local what=$1 i
  shift
  for ((i = 0; i < 200; ++i)); do
    ! "$@" > /dev/null 2>&1 || return 0
    kill -0 "$pid" 2> /dev/null || fail "$what: the process has ended"
    sleep 0.1
  done
  fail "$what: not after 20 seconds"
}

# ---------------------------------------------------------------------------------------------- systemd

# exec_start FILE - the command of a unit, on one line
exec_start() { sed -e ':a' -e '/\\$/{N;s/ *\\\n */ /;ba' -e '}' "$1" | sed -n 's/^ExecStart=\(..*\)/\1/p'; }

check_units() {
  local units=$scratch/units out
  say 'systemd: systemd-analyze verify and security'
  mkdir -p "$units/mcp.service.d"
  cp "$kit/systemd/mcp.socket" "$units"
  # whether the command is there is looked up
  replaced "$kit/systemd/mcp.service" /usr/local/bin "$programs" > "$units/mcp.service"
  verify() {
    SYSTEMD_UNIT_PATH=$units: systemd-analyze verify --man=no mcp.service mcp.socket > "$scratch/verify.out" 2>&1 && [ ! -s "$scratch/verify.out" ]
  }
  verify || fail "systemd-analyze verify: $(cat "$scratch/verify.out")"
  replaced "$kit/systemd/mcp.service.d/own-socket.conf" /usr/local/bin "$programs" > "$units/mcp.service.d/own-socket.conf"
  verify || fail "systemd-analyze verify with own-socket.conf: $(cat "$scratch/verify.out")"
  echo 'NoNewPrivilege=yes' >> "$units/mcp.service.d/own-socket.conf"
  ! verify || fail 'systemd-analyze verify takes a directive that there is not'
  out=$(systemd-analyze security --offline=true --threshold=20 --no-pager "$kit/systemd/mcp.service") ||
    fail "the exposure is above 2.0: $out"
  say "systemd: ${out##*→ }"
  ! systemd-analyze security --offline=true --threshold=10 --no-pager "$kit/systemd/mcp.service" > /dev/null 2>&1 ||
    fail 'no exposure is too high for systemd-analyze'
  # the unit and its variant differ in where they listen
  [ "$(exec_start "$kit/systemd/mcp.service")" = "$(exec_start "$kit/systemd/mcp.service.d/own-socket.conf" |
    sed 's,unix:/run/mcp/mcp.sock,fd:mcp,')" ] || fail 'mcp.service and own-socket.conf start different commands'
  mkdir -p "$scratch/users/etc"
  quietly systemd-sysusers --root="$scratch/users" "$kit/systemd/mcp.sysusers"
  for out in mcp "$(sed -n 's/^SocketGroup=//p' "$kit/systemd/mcp.socket")"; do
    grep -q "^$out:" "$scratch/users/etc/group" || fail "mcp.sysusers makes no group $out"
  done
  grep -qx 'FileDescriptorName=mcp' "$kit/systemd/mcp.socket" || fail 'mcp.socket gives its socket another name than mcp'
  ran+=('systemd: units verified, exposure at most 2.0, users made')
  not_run+=('systemd itself: no unit was started by it')
  grep -rqs NOTIFY_SOCKET include/mcpawl ||
    not_run+=('mcp.service without own-socket.conf: this checkout cannot take sockets of systemd, nor tell it that it is ready')
}

# ---------------------------------------------------------------------------------------------- calls

hello='{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"deploy","version":"1"}}}'

# open_stream WHERE URL CURL_ARGUMENT... - listen to a session; its process is left in $stream, what comes goes to stream-WHERE.out
open_stream() {
  local where=$1 url=$2 session
  shift 2
  post 200 "$@" "$url" "${json[@]}" -H "Cf-Access-Jwt-Assertion: $token" -d "$hello" -D "$scratch/head"
  session=$(tr -d '\r' < "$scratch/head" | sed -n 's/^mcp-session-id: //Ip')
  [ -n "$session" ] || fail "no session: $(cat "$scratch/head")"
  post 202 "$@" "$url" "${json[@]}" -H "Cf-Access-Jwt-Assertion: $token" -H "Mcp-Session-Id: $session" \
    -H 'MCP-Protocol-Version: 2025-11-25' -d '{"jsonrpc":"2.0","method":"notifications/initialized"}'
  start "stream-$where" curl -sSN --max-time 120 "$@" "$url" -H 'Accept: text/event-stream' -H "Mcp-Session-Id: $session" \
    -H 'MCP-Protocol-Version: 2025-11-25' -H "Cf-Access-Jwt-Assertion: $token"
  stream=$pid
}

# check_calls WHERE URL CURL_ARGUMENT... - a call and an event stream, as alice and as nobody; the stream stays open, for check_stream
check_calls() {
  local where=$1 url=$2
  shift 2
  say "$where: a call"
  post 200 "$@" "$url" "${call_headers[@]}" -d "$call_body" -H "Cf-Access-Jwt-Assertion: $token"
  expect '"total":42'
  post 401 "$@" "$url" "${call_headers[@]}" -d "$call_body"
  expect missing_token
  say "$where: an event stream, whose first event comes while it is open"
  open_stream "$where" "$url" "$@"
  eventually "$where: the first event" grep -q '^data:' "$scratch/stream-$where.out"
}

# check_stream WHERE PID - it is open, and what the server sends after 15 seconds, a comment, comes at once
check_stream() {
  say "$1: what is sent later on the event stream"
  pid=$2
  eventually "$1: a comment on the quiet stream" grep -q '^:' "$scratch/stream-$1.out"
  kill -0 "$2" 2> /dev/null || fail "$1: the stream is not open any more"
  stop "$2" || true
}

# logged FILTER - the lines of the access log for which a filter of jq holds, at least one, within 5 seconds
logged() {
  local i
  for ((i = 0; i < 50; ++i)); do
    lines=$(jq -cR "fromjson? | select(type == \"object\") | select($1)" "$scratch/server.out")
    [ -z "$lines" ] || return 0
    sleep 0.1
  done
  fail "no line in the access log: $1: $(cat "$scratch/server.out")"
}

start_emulator() {
  export POLICY_AUD
  POLICY_AUD=$(openssl rand -hex 32)
  start emulator "$programs/access_emulator" --listen 127.0.0.1:0 --aud "$POLICY_AUD" --as alice@example.com
  eventually 'the emulator of Access' grep -q '^listening on ' "$scratch/emulator.out"
  TEAM_DOMAIN=$(sed -n 's/^listening on \(.*\)\/mcp$/\1/p' "$scratch/emulator.out")
  export TEAM_DOMAIN ALLOWED_HOSTS=mcp.example.com
  post 200 "$TEAM_DOMAIN/emulator/token" -d email=alice@example.com
  token=$body
  export CREDENTIALS_DIRECTORY=$scratch/credentials
  mkdir "$CREDENTIALS_DIRECTORY"
  openssl rand -hex 32 > "$CREDENTIALS_DIRECTORY/log_hash_key"
}

# confine - leave in $confined what makes a process see and do as little as ProcSubset, ProtectProc and CapabilityBoundingSet allow,
# which the unit asks of systemd; nothing where that is not possible
confine() {
  # shellcheck disable=SC2016  # the shell that is started expands it
  confined=(unshare --mount sh -c 'mount -t proc -o subset=pid,hidepid=invisible proc /proc && exec setpriv --no-new-privs \
    --bounding-set=-all --inh-caps=-all "$@"' confined)
  if ! "${confined[@]}" true 2> /dev/null; then
    confined=()
    not_run+=('the server with as little of /proc and as few capabilities as the unit gives: this needs root')
  fi
}

# start_server FROM TO - the command of own-socket.conf, in our folder, with this replaced
start_server() {
  local command words admin
  admin=$(free_port)
  command=$(exec_start "$kit/systemd/mcp.service.d/own-socket.conf" > "$scratch/command" &&
    replaced "$scratch/command" /usr/local/bin "$programs" /run/mcp "$scratch" 127.0.0.1:9090 "127.0.0.1:$admin" \
      "\${CREDENTIALS_DIRECTORY}" "$CREDENTIALS_DIRECTORY" "$@")
  read -ra words <<< "$command"
  # as a process of this name, since its settings are what the file of the unit has
  start server "${confined[@]}" "${words[@]}"
  server=$pid
  admin_port=$admin
  eventually 'the server' grep -q '^listening on ' "$scratch/server.out"
}

check_server() {
  local hash started
  say 'the command of the unit: a call over the Unix-domain socket, as cloudflared makes it'
  start_server cf-connecting-ip cf-connecting-ip
  [ "$(stat -c %a "$scratch/mcp.sock")" = 660 ] || fail 'the socket has another mode than 0660'
  check_calls socket http://mcp.example.com/mcp --unix-socket "$scratch/mcp.sock" -H 'CF-Connecting-IP: 203.0.113.7'
  logged '."gen_ai.tool.name" == "add"'
  [ "$(jq -r '."client.address"' <<< "$lines")" = 203.0.113.7 ] || fail "not the address that Cloudflare names: $lines"
  ! grep -q alice "$scratch/server.out" || fail 'the access log has an email, which nobody has asked for'
  hash=$(jq -r '."user.hash"' <<< "$lines")
  say 'calls.jq: who called which tool for how long'
  body=$(jq -rRf "$kit/calls.jq" "$scratch/server.out")
  expect "$hash"$'\tadd\t'
  expect $' ms\tok\t203.0.113.7'
  say 'admin listener: probes, metrics, the health check of the container'
  eventually readyz curl -sSf "http://127.0.0.1:$admin_port/readyz"
  post 200 "http://127.0.0.1:$admin_port/metrics"
  expect 'gen_ai_tool_name="add"'
  "$kit/container/healthcheck.sh" 127.0.0.1 "$admin_port" > /dev/null || fail 'the health check does not find the server'
  stop "$stream" || true
  stop "$server" || fail "the server did not end with 0: $?"
  ! "$kit/container/healthcheck.sh" 127.0.0.1 "$admin_port" > /dev/null || fail 'the health check finds a server that has ended'
  [ ! -e "$scratch/mcp.sock" ] || fail 'the socket is still there'

  say 'with --identities: the same hash after a restart, and the email'
  confine
  start_server '--access-log -' '--access-log - --identities' cf-connecting-ip x-forwarded-for
  post 200 "http://127.0.0.1:$admin_port/metrics"
  started=$(sed -n 's/^process_start_time_seconds //p' <<< "$body")
  awk -v now="$(date +%s)" -v started="$started" 'BEGIN { exit !(started > now - 60 && started < now + 2) }' ||
    fail "started at $started, which is not now"
  post 200 --unix-socket "$scratch/mcp.sock" http://mcp.example.com/mcp "${call_headers[@]}" -d "$call_body" -H "Cf-Access-Jwt-Assertion: $token"
  logged '."user.email" == "alice@example.com"'
  [ "$(jq -r '."user.hash"' <<< "$lines")" = "$hash" ] || fail "another hash than $hash: $lines"
  ran+=('the command of own-socket.conf: calls, streams, access log, calls.jq, probes, metrics, healthcheck.sh')
}

check_options() {
  local status=0 text option
  say 'wrong options are all told at the start'
  text=$("$programs/access_self_hosted" --listen 127.0.0.1:0 --client-address x-real-ip --identities --access-log / --admin nowhere \
    --hash-key "$scratch/none" --proxies 10.0.0.0/8 2>&1) || status=$?
  [ "$status" = 2 ] || fail "exit status $status instead of 2: $text"
  for option in --client-address --access-log --admin --hash-key; do
    case $text in *"$option "*) ;; *) fail "nothing about $option: $text" ;; esac
  done
  ran+=('options: what is wrong is told')
}

# ---------------------------------------------------------------------------------------------- in front

# check_front NAME PORT - calls by TLS, with an address that the client made up
check_front() {
  : > "$scratch/server.out"
  check_calls "$1" "https://mcp.example.com:$2/mcp" --cacert "$scratch/tls.crt" --resolve "mcp.example.com:$2:127.0.0.1" \
    -H 'X-Forwarded-For: 198.51.100.66'
  logged '."gen_ai.tool.name" == "add"'
  [ "$(jq -r '."client.address"' <<< "$lines")" = 127.0.0.1 ] || fail "$1: the client chose its address: $lines"
}

# start_nginx - with $scratch/nginx/nginx.conf, and wait until it answers; leaves $nginx
start_nginx() {
  start nginx "$program" -e stderr -c "$scratch/nginx/nginx.conf"
  nginx=$pid
  eventually nginx curl -sS --max-time 2 --cacert "$scratch/tls.crt" --resolve "mcp.example.com:$port:127.0.0.1" "https://mcp.example.com:$port/"
}

# What the server says of buffering lets an event pass at once; an nginx that does not listen to it keeps the event to itself. By HTTP/1.1, as most
# clients speak it: with HTTP/2 it would pass.
check_buffering() {
  local each=("https://mcp.example.com:$port/mcp" --http1.1 --cacert "$scratch/tls.crt" --resolve "mcp.example.com:$port:127.0.0.1")
  say 'nginx: without X-Accel-Buffering an event does not come'
  nginx_settings "$port" 'gzip off;' 'gzip off; proxy_ignore_headers X-Accel-Buffering;'
  start_nginx
  open_stream buffered "${each[@]}"
  sleep 2
  ! grep -q '^data:' "$scratch/stream-buffered.out" || fail 'nginx buffers nothing, whatever the server says: this test tests nothing'
  stop "$stream" || true
  stop "$nginx" || fail "nginx did not end with 0: $?"
  nginx_settings "$port"
  start_nginx
  say 'nginx: with it an event comes while its stream is open'
  open_stream unbuffered "${each[@]}"
  eventually 'an event through nginx by HTTP/1.1' grep -q '^data:' "$scratch/stream-unbuffered.out"
  stop "$stream" || true
  stop "$nginx" || fail "nginx did not end with 0: $?"
}

check_nginx() {
  local port program
  unpacked nginx /usr/sbin/nginx || { not_run+=('nginx: it is not here'); return 0; }
  port=$(free_port)
  check_buffering
  nginx_settings "$port"
  say 'nginx: nginx -t'
  "$program" -t -q -e stderr -c "$scratch/nginx/nginx.conf" 2> "$scratch/nginx-t.log" || fail "nginx -t: $(cat "$scratch/nginx-t.log")"
  # newer versions have another directive, and know this one
  ! grep -v '"listen ... http2" directive is deprecated' "$scratch/nginx-t.log" || fail "nginx -t: $(cat "$scratch/nginx-t.log")"
  start_nginx
  check_front nginx "$port"
  nginx_stream=$stream
  ran+=('nginx: nginx -t, and TLS to a Unix-domain socket: calls, a stream, an address that the client made up')
}

check_caddy() {
  local port program
  unpacked caddy /usr/bin/caddy || { not_run+=('Caddy: it is not here'); return 0; }
  port=$(free_port)
  caddy_settings "https://mcp.example.com:$port" /run/mcp "$scratch"
  say 'Caddy: caddy validate'
  "$program" validate --adapter caddyfile --config "$kit/caddy/Caddyfile" > "$scratch/caddy-validate.log" 2>&1 || fail 'caddy validate'
  start caddy "$program" run --adapter caddyfile --config "$scratch/caddy/Caddyfile"
  caddy=$pid
  eventually Caddy curl -sS --max-time 2 --cacert "$scratch/tls.crt" --resolve "mcp.example.com:$port:127.0.0.1" "https://mcp.example.com:$port/"
  check_front Caddy "$port"
  caddy_stream=$stream
  ran+=('Caddy: caddy validate, and TLS to a Unix-domain socket: calls, a stream, an address that the client made up')
}

# Both streams wait at once. Connections that are open do not hold the exit of either.
finish_fronts() {
  if [ -n "$nginx" ]; then
    check_stream nginx "$nginx_stream"
    stop "$nginx" || fail "nginx did not end with 0: $?"
  fi
  if [ -n "$caddy" ]; then
    check_stream Caddy "$caddy_stream"
    stop "$caddy" || fail "Caddy did not end with 0: $?"
  fi
}

# ---------------------------------------------------------------------------------------------- what is read, not run

# A Python that has a parser for YAML: Debian's has, if its package is there.
check_yaml() {
  local python
  say 'cloudflared, Kubernetes: the YAML, and what it must say'
  for python in /usr/bin/python3 python3; do ! "$python" -c 'import yaml' 2> /dev/null || break; done
  "$python" tests/deploy/check_yaml.py "$kit"
  ran+=('cloudflared and Kubernetes: YAML parsed, sockets, ports, probes and rights compared')
  not_run+=('cloudflared, Kubernetes: neither is here')
}

check_container() {
  local file=$kit/container/Containerfile from library package packages
  say 'container: the folders that it copies are enough to configure'
  mkdir "$scratch/context"
  while read -r from; do cp -r "$from" "$scratch/context/"; done < <(sed -n 's/^COPY \([a-zA-Z]*\S*\) [a-z.]\S*$/\1/p' "$file")
  # shellcheck disable=SC2046  # words
  quietly cmake $(sed -n 's/^RUN cmake \(.*\) \\$/\1/p' "$file" | sed "s,-S \. -B build,-S $scratch/context -B $scratch/context/build,")
  if grep -qs '^VERSION_ID="12"' /etc/os-release && grep -qs '^ID=debian' /etc/os-release && command -v readelf > /dev/null; then
    say 'container: its packages bring the libraries of the program'
    packages=" $(sed -n '/^FROM debian:12-slim$/,$p' "$file" | tr -d '\\\n') "
    readelf -d "$programs/access_self_hosted" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' > "$scratch/libraries"
    [ -s "$scratch/libraries" ] || fail 'readelf names no library of the program'
    while read -r library; do
      package=$(dpkg -S "*/$(g++ -print-multiarch)/$library" 2> /dev/null | sed -n '1s/:.*//p')
      case $package in libc6 | libstdc++6 | libgcc-s1) continue ;; esac
      [[ $packages == *" $package "* ]] || fail "the image has no $library of ${package:-no package}"
    done < "$scratch/libraries"
  fi
  ran+=('container: its folders configured, its libraries and its health check compared')
  local builder
  for builder in podman buildah; do
    command -v "$builder" > /dev/null || continue
    if "$builder" info > /dev/null 2>&1 && [ "$(id -u)" != 0 ]; then
      say "container: built by $builder"
      "$builder" build --format docker -f "$file" -t mcpawl-deploy-test . > "$scratch/container.log" 2>&1 || fail "$builder build"
      "$builder" rmi mcpawl-deploy-test > /dev/null
      ran+=("container: built by $builder")
      return
    fi
  done
  not_run+=('container: no image was built, for want of podman or buildah without root')
}

# ---------------------------------------------------------------------------------------------- main

confined=()
check_units
check_yaml
check_container
check_options
start_emulator
check_server
make_certificate
nginx=
caddy=
check_nginx
check_caddy
finish_fronts
stop "$server" || fail "the server did not end with 0: $?"

echo
printf '  run:      %s\n' "${ran[@]}"
printf '  not run:  %s\n' "${not_run[@]}"
say 'all is well'
