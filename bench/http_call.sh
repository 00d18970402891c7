#!/usr/bin/env bash
# bench/http_call.sh - what a tools/call over HTTP costs, beside nginx answering the same request with a fixed text
#
# usage: bench/http_call.sh
#
# wrk, on a core of its own, sends the call of the tool `add` (MCP 2026-07-28, with a token of the emulator of
# Cloudflare Access) to access_self_hosted and to nginx, one thread each, which share another core but never run at the
# same time. nginx reads the same request and answers with the same body, of which it computes nothing. The runs are
# interleaved and each figure is the median of its runs. Everything stays on 127.0.0.1.
#
# Environment: BENCH_SECONDS per run (whole seconds, default 3), BENCH_ROUNDS (default 3), BENCH_CONNECTIONS (default
# "1 32 256"), MCPAWL_BIN_DIR (default: build/release/examples, which is built first). With the defaults the measuring
# takes about 80 seconds. On a machine that does other work too, the ratios mean more than the figures.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
seconds=${BENCH_SECONDS:-3}
rounds=${BENCH_ROUNDS:-3}
connections=${BENCH_CONNECTIONS:-1 32 256}
marked=32  # the number of connections that the mark is about
mark=2.0
[[ $seconds =~ ^[1-9][0-9]*$ && $rounds =~ ^[1-9][0-9]*$ && $connections =~ ^[1-9][0-9]*( +[1-9][0-9]*)*$ ]] ||
  { echo 'http_call.sh: seconds, rounds and connections must be whole numbers' >&2; exit 2; }

say() { printf '%s\n' "$*"; }
die() { printf 'http_call.sh: %s\n' "$*" >&2; exit 1; }

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

# ---------------------------------------------------------------------------------------------- programs

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
apt_lists_are_fresh=
apt_update() {
  [ -n "$apt_lists_are_fresh" ] || as_root apt-get -q -o DPkg::Lock::Timeout=300 update > "$folder/apt" || { cat "$folder/apt"; exit 1; }
  apt_lists_are_fresh=yes
}

for package in wrk curl; do
  if ! command -v "$package" > /dev/null; then
    say "installing $package"
    apt_update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
      install "$package" > "$folder/apt" || { cat "$folder/apt"; exit 1; }
  fi
done

# The package of nginx starts a server for everybody on port 80 when it is installed: unpack it only.
nginx=$(PATH=$PATH:/usr/sbin command -v nginx || true)
if [ -z "$nginx" ]; then
  unpacked=$root/build/nginx
  nginx=$unpacked/usr/sbin/nginx
  if [ ! -x "$nginx" ]; then
    say 'unpacking nginx'
    apt_update
    (cd "$folder" && apt-get -q download nginx > "$folder/apt" 2>&1) || { cat "$folder/apt"; exit 1; }
    dpkg -x "$folder"/nginx_*.deb "$unpacked"
  fi
fi
"$nginx" -v 2> /dev/null || die "$nginx does not run here"

bin=${MCPAWL_BIN_DIR:-}
if [ -z "$bin" ]; then
  bin=$root/build/release/examples
  say 'building the examples (g++ -O2; nothing to do if they are up to date)'
  (cd "$root" && cmake --preset release && cmake --build --preset release --target access_self_hosted access_emulator) \
    > "$folder/build" 2>&1 || { cat "$folder/build"; exit 1; }
fi

# ---------------------------------------------------------------------------------------------- servers

mapfile -t cores < <(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' |
  awk -F- '{ for (core = $1; core <= ($2 == "" ? $1 : $2); ++core) print core }')
server_core=${cores[0]}
wrk_core=${cores[-1]}
[ "$server_core" != "$wrk_core" ] || say 'note: there is one core only; wrk and the servers disturb each other'

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

start emulator "$bin/access_emulator" --listen 127.0.0.1:0
emulator=$(origin_of "$url")
state=$(curl -fsS "$emulator/emulator")
member() { printf '%s' "$state" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
# the log of refusals goes where nobody reads it, but it is written
start server env -i TEAM_DOMAIN="$(member team_domain)" POLICY_AUD="$(member aud)" \
  taskset -c "$server_core" "$bin/access_self_hosted" --listen 127.0.0.1:0 --threads 1
server_pid=$pid
server_url=$url

good=$(curl -fsS "$emulator/emulator/token" --data 'email=alice@example.com')
# Another last bit: a signature that is verified in full. One of another key may lie beyond the modulus, and then it is
# refused for nothing. The last character holds the last two bits and four unused ones, which must stay zero: it is one
# of A, Q, g, w.
case $good in
  *A) forged=${good%A}Q ;; *Q) forged=${good%Q}A ;; *g) forged=${good%g}w ;; *w) forged=${good%w}g ;;
  *) die "the last character of a signature of 256 bytes cannot be that: $good" ;;
esac

# ---------------------------------------------------------------------------------------------- the call

export CALL_BODY='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":40,"b":2},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1.0.0"},"io.modelcontextprotocol/clientCapabilities":{}}}}'
plain_fields='Content-Type: application/json
Accept: application/json, text/event-stream
MCP-Protocol-Version: 2026-07-28
Mcp-Method: tools/call
Mcp-Name: add'

# fields_with TOKEN - the header fields, with a token unless it is empty
fields_with() {
  printf '%s' "$plain_fields"
  [ -z "$1" ] || printf '\nCf-Access-Jwt-Assertion: %s' "$1"
}

# ask URL TOKEN - one call by curl; prints status and body
ask() {
  local arguments=() field
  while IFS= read -r field; do arguments+=(-H "$field"); done < <(fields_with "$2"; echo)
  curl -sS -w '\n%{http_code}' "${arguments[@]}" --data "$CALL_BODY" "$1"
}

# expect URL TOKEN STATUS WORD - refuse to measure anything but what is meant
expect() {
  local got
  got=$(ask "$1" "$2")
  [[ ${got##*$'\n'} = "$3" && $got == *"$4"* ]] || die "expected $3 and $4 from $1, got: $got"
}
expect "$server_url" "$good" 200 '"structuredContent":{"total":42}'
expect "$server_url" "$forged" 403 invalid_token
expect "$server_url" '' 401 missing_token
answer=$(ask "$server_url" "$good")
answer=${answer%$'\n'*}

for ((tries = 0; tries < 20; ++tries)); do
  port=$((20000 + RANDOM % 12000))
  escaped=$(printf '%s' "$answer" | sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g")
  config=$(< "$root/bench/nginx.conf.in")
  config=${config//@FOLDER@/$folder}
  config=${config//@PORT@/$port}
  config=${config//@BODY@/"$escaped"}
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
nginx_pid=${worker%% *}
nginx_url=http://127.0.0.1:$port/mcp
[ "$(ask "$nginx_url" "$good")" = "$answer"$'\n200' ] || die "nginx answers with something else: $(ask "$nginx_url" "$good")"

# ---------------------------------------------------------------------------------------------- measuring

ticks=$(getconf CLK_TCK)
cpu_ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

# run NAME URL PID CONNECTIONS TOKEN STATUS - one run; adds a line to the results
run() {
  local name=$1 url=$2 pid=$3 c=$4 token=$5 status=$6 before after figures
  before=$(cpu_ticks "$pid")
  CALL_FIELDS=$(fields_with "$token") taskset -c "$wrk_core" \
    wrk -t1 -c"$c" -d"${seconds}s" -s "$root/bench/http_call.lua" "$url" > "$folder/wrk" || { cat "$folder/wrk"; exit 1; }
  after=$(cpu_ticks "$pid")
  figures=$(sed -n 's/^figures //p' "$folder/wrk")
  # shellcheck disable=SC2086
  set -- $figures
  local refused=$5 broken=$6
  [ "$broken" = 0 ] || die "$name at $c connections: $broken connections failed"
  if [ "$status" = 200 ]; then [ "$refused" = 0 ] || die "$name at $c connections: $refused calls were refused"
  else [ "$refused" = "$1" ] || die "$name at $c connections: only $refused of $1 calls were refused"; fi
  printf '%s %s %s %s %s %s %s %s\n' "$name" "$c" "$1" "$2" "$((after - before))" "$3" "$4" "$(rss "$pid")" >> "$folder/results"
}

say "wrk on core $wrk_core, servers on core $server_core; $rounds rounds of $seconds s; request $((${#CALL_BODY})) bytes of body and a token of ${#good} bytes; answer ${#answer} bytes"
say "  wrk -t1 -cN -d${seconds}s -s bench/http_call.lua http://127.0.0.1:PORT/mcp      (this table: bench/http_call.sh)"
say
for ((round = 0; round < rounds; ++round)); do
  for c in $connections; do
    run nginx "$nginx_url" "$nginx_pid" "$c" "$good" 200
    run call "$server_url" "$server_pid" "$c" "$good" 200
  done
  run forged "$server_url" "$server_pid" "$marked" "$forged" 403
  run missing "$server_url" "$server_pid" "$marked" '' 401
done

# ---------------------------------------------------------------------------------------------- the table

# What OpenSSL says of its bare public-key operation, for comparison.
openssl_says=$(taskset -c "$server_core" openssl speed -seconds 1 rsa2048 2> /dev/null |
  awk '/^rsa +2048/ { sub("s", "", $5); printf "%.1f us", 1e6 * $5 }')

awk -v ticks="$ticks" -v marked="$marked" -v mark="$mark" -v openssl="${openssl_says:-unknown}" '
  function median(values, n,    i, j, v, sorted) {
    for (i = 1; i <= n; ++i) {
      v = values[i]
      for (j = i - 1; j >= 1 && sorted[j] > v; --j) sorted[j + 1] = sorted[j]
      sorted[j + 1] = v
    }
    return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
  }
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
  function row(what, key,    nginx, part) {
    split(key, part, " ")
    nginx = "nginx " part[2]
    printf "%-11s  %-34s  %10.0f  %11.2f  %8.0f  %8.0f  %8.0f  %s\n", part[2], what, pick(rate, key), pick(cpu, key),
      pick(p50, key), pick(p99, key), pick(rss, key), (nginx in runs ? sprintf("%8.2f", ratio(key, nginx)) : "       -")
  }
  END {
    names["nginx"] = "nginx, a fixed answer"
    names["call"] = "tools/call add, valid token"
    names["forged"] = "refused: forged token (403)"
    names["missing"] = "refused: no token (401)"
    printf "%-11s  %-34s  %10s  %11s  %8s  %8s  %8s  %8s\n", "connections", "", "requests/s", "CPU us/req", "p50 us", "p99 us", "RSS KiB", "to nginx"
    for (i = 1; i <= rows; ++i) { split(order[i], k, " "); if (k[1] == "nginx" || k[1] == "call") row(names[k[1]], order[i]) }
    for (i = 1; i <= rows; ++i) { split(order[i], k, " "); if (k[1] != "nginx" && k[1] != "call") row(names[k[1]], order[i]) }
    print ""
    print "CPU: user and system time of the serving process (nginx: its worker), from /proc/PID/stat, per request."
    print "Medians over the rounds. The token is verified at its first use and recalled after that, for at most"
    print "60 s at a time."
    ours = "call " marked; theirs = "nginx " marked; forged = "forged " marked; missing = "missing " marked
    if ((ours in runs) && (theirs in runs)) {
      a = pick(cpu, ours); b = pick(cpu, theirs); times = ratio(ours, theirs); verification = pick(cpu, forged) - pick(cpu, missing)
      printf "\nCPU per call at %d connections, in us:\n", marked
      printf "  verifying a new token    %7.2f    forged (in its last bit) minus missing token, answered and logged alike;\n", verification
      printf "                                      `openssl speed rsa2048` alone says %s\n", openssl
      printf "  the whole call           %7.2f    %.2f times nginx; the mark is %.1f: %s\n", a, times, mark,
        (times <= mark ? "kept" : "MISSED")
    }
  }' "$folder/results"
