#!/usr/bin/env bash
# tests/portability/inside.sh - what is installed, built and run inside a Debian system; run.sh enters it
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/portability/inside.sh STEP [ARGUMENT...]
set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=cmake/setup.sh
. cmake/setup.sh
jobs=${MCPAWL_JOBS:-$(cores)}
export CMAKE_BUILD_PARALLEL_LEVEL=$jobs
work=/tmp/portability
mkdir -p "$work"
suites=

install() { DEBIAN_FRONTEND=noninteractive "${apt[@]}" -y --no-install-recommends install "$@"; }

# ---------------------------------------------------------------------------------------------- what is installed

# As somebody who has just cloned the repository; where something is missing, it installs that.
step_newcomer() { examples/run.sh --check; }

step_prepare_debian13() {
  local clang
  "${apt[@]}" update
  clang=$(apt-cache search --names-only '^clang-[0-9]+$' | cut -d ' ' -f 1 | sort -V | tail -n 1)
  install "$clang" qemu-user valkey-tools
  install_missing boost-test libpq-dev libhiredis-dev
  # Boost 1.83, the default of Debian 13, conflicts with the newest one there: its headers alone, aside.
  cd /tmp
  "${apt[@]}" download libboost1.83-dev
  dpkg -x libboost1.83-dev_*.deb /opt/boost-1.83
  rm libboost1.83-dev_*.deb
  "${apt[@]}" clean
}

step_prepare_sid() {
  install_missing g++ cmake ninja-build boost-json boost-url boost-test libssl-dev libgd-dev libsqlite3-dev libpq-dev libhiredis-dev curl
  "${apt[@]}" clean
}

step_prepare_arm64() {
  local native name foreign=()
  dpkg --add-architecture arm64
  "${apt[@]}" update
  native=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 'libboost*-dev' libssl-dev libsqlite3-dev | sed -n 's/^installed //p')
  for name in $native; do foreign+=("$name:arm64"); done
  install g++-aarch64-linux-gnu "${foreign[@]}"
  "${apt[@]}" clean
}

# ---------------------------------------------------------------------------------------------- headers

# headers NAME COMPILER OPTION... - all headers in one translation unit, in one order and in the opposite order by turns
turn=0
headers() {
  local name=$1 order=(sort) source
  shift
  [ $((turn++ % 2)) = 0 ] || order=(sort -r)
  source=$work/$name.cpp
  find include -name '*.hpp' ! -name '*src.hpp' | LC_ALL=C "${order[@]}" |
    sed 's,^include/\(.*\)$,#include <\1>,' > "$source"
  [ "$(wc -l < "$source")" -gt 300 ] || fail 'there are headers missing'
  echo "$*" "$source"
  "$@" -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Iinclude -isystem /usr/include/postgresql -pthread -fsyntax-only "$source"
}

# beside COMMAND ... -- COMMAND ... - both at once; fails if one of them does
beside() {
  local first=() status=0 pid
  while [ "$1" != -- ]; do first+=("$1"); shift; done
  shift
  "${first[@]}" &
  pid=$!
  "$@" || status=1
  wait "$pid" || status=1
  return "$status"
}

step_all_headers_debian13() {
  local clang
  clang=$(cd /usr/bin && printf '%s\n' clang++-[0-9]* | sort -V | tail -n 1)
  beside headers forward "$clang" -std=c++20 -- headers backward "$clang" -std=c++23 -isystem /opt/boost-1.83/usr/include
}

step_all_headers_sid() {
  beside headers forward g++ -std=c++23 -- headers backward g++ -std=c++20
}

# ---------------------------------------------------------------------------------------------- programs

# configure LAYERS [OPTION...] - the test programs, the unit tests of these layers alone (separated by semicolons)
configure() { cmake --preset quick -B build/tests -D MCPAWL_UNIT_LAYERS="$1" "${@:2}"; }

# build_tests LABEL... - the test programs of the configured layers that have one of the labels; their paths are left in $programs
build_tests() {
  local label targets=()
  for label; do
    # a program is called like its label, or label_layer
    mapfile -t -O ${#targets[@]} targets < <(ninja -C build/tests -t targets all |
      sed -n "s,^tests/\($label\|${label}_[a-z_0-9]*\): CXX_EXECUTABLE_LINKER.*,\1,p" | sort -u)
  done
  [ ${#targets[@]} -ge $# ] || fail "there are no test programs: $*"
  cmake --build build/tests --target "${targets[@]}"
  programs=("${targets[@]/#/build/tests/tests/}")
}

# run_tests [COMMAND...] - all of $programs at once, each by the command; $suites: these test suites alone
run_tests() {
  local program status=0 pids=()
  for program in "${programs[@]}"; do
    "$@" "$program" --color_output=no --report_level=short --catch_system_errors=no ${suites:+--run_test="$suites"} \
      > "$work/${program##*/}.out" 2>&1 &
    pids+=($!)
  done
  for program in "${programs[@]}"; do
    wait "${pids[0]}" || status=1
    pids=("${pids[@]:1}")
    cat "$work/${program##*/}.out"
  done
  return "$status"
}

# The tests of stores in Redis, that is, against Valkey, which Debian 12 does not have. A program of valkey-tools is the server when it
# is called so.
step_tests_debian13() {
  local suites=
  configure 'http;jose;crypto;keys;access;auth' -D CMAKE_DISABLE_FIND_PACKAGE_PostgreSQL=ON
  build_tests unit wire
  run_tests
  build_tests stores
  export MCPAWL_REDIS_SERVER=/usr/bin/valkey-check-rdb
  [ "$(bash -c 'exec -a valkey-server "$0" --version' $MCPAWL_REDIS_SERVER | cut -d ' ' -f 1)" = Valkey ] || fail 'this is no Valkey'
  suites='redis_*'
  run_tests
}

step_tests_sid() {
  configure http
  build_tests unit
  run_tests
}

# That they link and run is tested elsewhere: here the compiler reads them.
step_examples() {
  cmake --preset dev -D MCPAWL_BUILD_TESTS=OFF -D MCPAWL_READ_EXAMPLES=ON
  cmake --build --preset dev --target examples
}

# Which instructions there are is decided when a program runs: qemu has no AVX-512, and Nehalem no AVX2 either. What is left
# out makes large RSA keys, which takes qemu minutes.
step_x86() {
  local suites=
  configure crypto
  build_tests unit
  suites=crypto_base64,crypto_base64_avx2,crypto_base64url,crypto_ifma_multiply,crypto_public_key,crypto_signature
  run_tests qemu-x86_64 -cpu max
  run_tests qemu-x86_64 -cpu Nehalem
}

# ---------------------------------------------------------------------------------------------- arm64

arm64_compiler=aarch64-linux-gnu-g++

step_tests_arm64() {
  configure 'crypto;jose;text;reflect;json_schema' -D CMAKE_SYSTEM_NAME=Linux -D CMAKE_SYSTEM_PROCESSOR=aarch64 \
    -D CMAKE_CXX_COMPILER=$arm64_compiler -D PKG_CONFIG_EXECUTABLE=/bin/false
  build_tests unit
  run_tests qemu-aarch64
}

processes=()
# They must be gone before the file systems that they use are unmounted.
stop_processes() {
  [ ${#processes[@]} != 0 ] || return 0
  kill "${processes[@]}" 2> /dev/null || true
  wait "${processes[@]}" || true
}

# says_where NAME - whether the program has said where it listens; its origin is left in $origin
says_where() {
  origin=$(sed -n 's,^listening on \(http://.*\)/mcp$,\1,p' "$work/$1.out")
  [ -n "$origin" ]
}

# answers - whether something answers at $origin
answers() { curl -s --max-time 5 -o /dev/null "$origin/mcp"; }

# start NAME READY COMMAND... - and wait until READY is true
start() {
  local name=$1 ready=$2 i
  shift 2
  "$@" > "$work/$name.out" 2> "$work/$name.log" &
  processes+=($!)
  for ((i = 0; i < 300; ++i)); do
    if "$ready" "$name"; then return; fi
    sleep 0.1
  done
  cat "$work/$name.log"
  fail "$name is not ready after 30 seconds"
}

step_call_arm64() {
  local access body status
  trap stop_processes EXIT
  # The stand-in for Cloudflare Access is as examples/run.sh has built it; the server is the one of the README.
  cmake --preset release
  cmake --build --preset release --target access_emulator
  "$arm64_compiler" -std=c++20 -Wall -Wextra -Werror -Iinclude -pthread -DMCPAWL_SEPARATE_COMPILATION \
    tests/consume/twelve_lines.cpp cmake/compiled.cpp -o "$work/twelve_lines" \
    -lboost_json -lboost_url -lboost_container -lssl -lcrypto

  POLICY_AUD=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
  start access_emulator says_where build/release/examples/access_emulator --listen 127.0.0.1:0 --aud "$POLICY_AUD" \
    --as alice@example.com
  access=$origin
  export POLICY_AUD TEAM_DOMAIN=$access
  origin=http://127.0.0.1:8080  # as the program says
  if answers; then fail "something else listens at $origin"; fi
  start twelve_lines answers qemu-aarch64 "$work/twelve_lines"
  curl -sS --fail --max-time 20 "$access/emulator/upstream" -d "${origin#http://}"

  body='{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},
         "clientInfo":{"name":"portability","version":"1"}}}'
  status=$(curl -sS --max-time 60 -o "$work/answer" -w '%{http_code}' "$access/mcp" -d "$body" \
    -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream')
  cat "$work/answer"
  [ "$status" = 200 ] || fail "status $status"
  grep -q '"name":"adder"' "$work/answer" || fail 'it is not the server of twelve lines that has answered'
  status=$(curl -sS --max-time 60 -o /dev/null -w '%{http_code}' "$origin/mcp" -d "$body" \
    -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream')
  [ "$status" = 401 ] || fail "without Access the status is $status and not 401"
}

"step_$1" "${@:2}"
