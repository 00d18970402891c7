#!/usr/bin/env bash
# tests/run.sh - install what is missing, build everything, run every test
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/run.sh                  everything, in three sequences that run in parallel
#        tests/run.sh quick            one compiler: the rules, unit, flow, wire and abuse tests
#        tests/run.sh unit LAYER...    the unit tests of these layers, such as jose: the loop for who works on one
#        tests/run.sh STEP...          only these steps, in this order
# steps: rules release plain asan stores clang tsan fuzz headers schemas meson consume clients browser conformance deploy soak reference roots portability
#        (and dev, tidy and agents, which are in no list)
#
# On Debian and Ubuntu it installs what is missing with apt-get, elsewhere it says what is needed. The step `portability` makes
# systems of Debian 13 and sid, which `roots` has made before where it could: it needs root and the network, and fails without.
#
# It stops when a step has failed, and ends with a table of the seconds of each step. The last line counts what was run: test cases
# of the test programs, other tests of ctest, and one for each step that is a program of its own.
#
# A run of everything has sequences, since much of it waits: for the network, for tests that wait for a clock, for the last compiler
# of a step. The one of real clients has priority over the others. Each sequence but the first is a run of its own whose messages are
# kept until it ends. Steps that use the same build folder (clang and headers; release and what starts the examples) are in one
# sequence, or one starts when the step is done.
#
# Environment: MCPAWL_JOBS (compilers at once, default: the number of cores), MCPAWL_FUZZ_SECONDS (per target, default 10),
# MCPAWL_NO_INSTALL=1 (never call apt-get).
set -euo pipefail

packages_quick=(
  g++ cmake ninja-build pkg-config
  boost-json boost-url boost-test libssl-dev
  libgd-dev libsqlite3-dev libhiredis-dev redis-tools
)
packages_full=(
  "${packages_quick[@]}"
  meson libbenchmark-dev clang clang-format-19 curl libpq-dev libhiredis-dev
)

cd "$(dirname "$0")/.."
# shellcheck source=cmake/setup.sh
. cmake/setup.sh
jobs=${MCPAWL_JOBS:-$(cores)}
export CMAKE_BUILD_PARALLEL_LEVEL=$jobs CTEST_PARALLEL_LEVEL=$jobs
# The sequences of a run of everything; the third starts when the examples are built.
first_sequence=(rules release plain asan stores tsan schemas meson consume)
second_sequence=(roots clang headers fuzz portability)
third_sequence=(deploy clients browser conformance fleet soak reference)
quick_steps=(rules quick)

current=start
passed=0
failed=0
# A run beside another adds to the table of that one.
table=${MCPAWL_STEP_TABLE:-$(mktemp)}
[ -z "${MCPAWL_STEP_TABLE:-}" ] && own_table=yes || own_table=
export MCPAWL_STEP_TABLE=$table
gates=     # a folder for the files that let sequences begin
beside=()  # the process groups of the other sequences
declare -A beside_log

# shellcheck disable=SC2317  # a trap calls it
finish() {
  local status=$?
  local pid
  for pid in "${beside[@]}"; do
    say 'ending what runs beside'
    kill -TERM -- "-$pid" 2> /dev/null || true
    wait "$pid" || true
    cat "${beside_log[$pid]}"
  done
  rm -rf "$gates"
  if [ -n "$own_table" ]; then
    echo
    echo 'seconds  CPU seconds  step'
    cat "$table"
    rm -f "$table"
  fi
  if [ "$current" = finished ]; then
    say 'all steps are done'
  else
    # a signal leaves the status of whatever ran before it
    [ "$status" != 0 ] || status=1
    [ "$failed" != 0 ] || failed=1
    say "FAILED in the step \`$current\`"
  fi
  echo "$passed passed, $failed failed"
  exit "$status"
}

# ---------------------------------------------------------------------------------------------- helpers

# provide PACKAGE... - install what is missing, in place of what the current step does
provide() {
  local step=$current
  current=packages
  install_missing "$@"
  current=$step
}

# The presets name the Clang of the list above; where another was chosen, it takes its place.
clang=clang++-$preferred_clang
configure() {
  case $1 in
    clang | tsan | fuzz) quietly cmake --preset "$1" -D CMAKE_CXX_COMPILER="$clang" ;;
    *) quietly cmake --preset "$1" ;;
  esac
}

# count LOG - add what a log of ctest or meson holds: cases of Boost.Test programs, and other tests one by one
count() {
  local p f
  read -r p f < <(awk '
    function close_test() {
      if (!open) return
      if (ok) passed += cases_passed > 0 ? cases_passed : 1
      else { passed += cases_passed; failed += cases_failed > 0 ? cases_failed : 1 }
    }
    /^[0-9]+\/[0-9]+ Testing: / || /^=+ [0-9]+\/[0-9]+ =+$/ { close_test(); open = 1; ok = cases_passed = cases_failed = 0 }
    /^  [0-9]+ test cases? out of [0-9]+ passed$/ { cases_passed += $1 }
    /^  [0-9]+ test cases? out of [0-9]+ (failed|aborted|timed out)$/ { cases_failed += $1 }
    /^Test Passed\.$/ || /^Test Pass Reason:$/ || /^result: +exit status 0$/ { ok = 1 }
    END { close_test(); print passed + 0, failed + 0 }
  ' "$1")
  passed=$((passed + p))
  failed=$((failed + f))
  say "$current: $p passed, $f failed"
}

# run_ctest PRESET OPTION... - and count, whether it fails or not
run_ctest() {
  local preset=$1 status=0
  shift
  ctest --preset "$preset" "$@" || status=$?
  [ ! -f "build/$preset/Testing/Temporary/LastTest.log" ] || count "build/$preset/Testing/Temporary/LastTest.log"
  return "$status"
}

# part COMMAND... - a program that is one test
part() {
  "$@"
  passed=$((passed + 1))
}

# run_step STEP - and note how long it took
run_step() {
  local begin=$SECONDS cpu before
  current=$1
  note_cpu
  before=$cpu
  "step_$1"
  note_cpu
  printf '%7d  %11d  %s\n' $((SECONDS - begin)) $((cpu - before)) "$1" >> "$table"
}

# start_beside GATE STEP... - as a run of its own, in a process group of its own, whose messages are kept for later; it begins when
# there is a file GATE
start_beside() {
  local log gate=$1
  shift
  say "beside the rest: $*"
  log=$(mktemp)
  # shellcheck disable=SC2016  # the inner shell expands it
  setsid bash -c 'until [ -e "$0" ]; do sleep 1; done; exec tests/run.sh "$@"' "$gate" "$@" > "$log" 2>&1 &
  beside+=($!)
  beside_log[$!]=$log
}

# join_beside PID - wait for it, show what it said and add what it counted
join_beside() {
  local status=0 p f log=${beside_log[$1]} step=$current pid others=()
  wait "$1" || status=$?
  for pid in "${beside[@]}"; do [ "$pid" = "$1" ] || others+=("$pid"); done
  beside=("${others[@]}")
  sed '$d' "$log"
  IFS=' ,' read -r p _ f _ <<< "$(tail -n 1 "$log")"
  rm -f "$log"
  passed=$((passed + p))
  failed=$((failed + f))
  if [ "$status" != 0 ]; then current=beside; else current=$step; fi
  return "$status"
}

# join_ended - so that nothing more is begun when a sequence has failed
join_ended() {
  local pid
  for pid in "${beside[@]}"; do
    kill -0 "$pid" 2> /dev/null || join_beside "$pid"
  done
}

# ---------------------------------------------------------------------------------------------- steps

step_rules() {
  say 'rules: direction of includes, form of the files, public names'
  part sh tests/layers/self_test.sh
  part sh tests/layers/check.sh .
  part sh tests/public_names/self_test.sh
  part sh tests/public_names/check.sh .
  # not every system has this version: the run of everything demands it
  if [ "${steps[*]}" = "${quick_steps[*]}" ] && ! command -v clang-format-19 > /dev/null; then
    say 'rules: the format is not checked, for want of clang-format 19'
  else
    part sh tests/format/check.sh .
  fi
}

step_quick() {
  local log status=0
  # Those whose tests wait for a clock come first, so that they run beside the compilers of the rest.
  local waiting='^(flow|wire|abuse|unit_http|unit_keys)$'
  say 'quick: build the test programs that wait for a clock (g++, preset quick)'
  configure quick
  cmake --build --preset quick --target flow wire abuse unit_http unit_keys
  say 'quick: run them, and build the others beside them'
  log=$(mktemp)
  ctest --preset quick -R "$waiting" > "$log" 2>&1 &
  cmake --build --preset quick --target units hazards hazards_self_test || status=$?
  wait $! || status=$?
  cat "$log"
  rm -f "$log"
  count build/quick/Testing/Temporary/LastTest.log
  [ "$status" = 0 ] || return "$status"
  say 'quick: run the others'
  run_ctest quick -L '^(unit|rules)$' -E "$waiting"
}

# layers: from the command line
step_unit() {
  local layer targets=()
  for layer in "${layers[@]}"; do targets+=("unit_$layer"); done
  say "unit: build the unit tests of ${layers[*]} (g++, preset dev)"
  configure dev
  cmake --build --preset dev --target "${targets[@]}"
  say 'unit: run them'
  run_ctest dev -R "^unit_($(IFS='|'; echo "${layers[*]}"))\$"
}

step_dev() {
  say 'dev: build the test programs (g++, preset dev)'
  configure dev
  cmake --build --preset dev --target suites fuzz hazards hazards_self_test
  say 'dev: unit, flow, wire and abuse tests, replay of the fuzz inputs, refusals of the compiler'
  run_ctest dev -LE '^(headers|stores)$'
}

step_headers() {
  # Clang reads headers in half the time
  say "headers: each header alone, and all of them in two translation units ($clang)"
  configure clang
  cmake --build --preset clang --target headers
  run_ctest clang -L '^headers$'
}

step_plain() {
  say 'plain: build the unit tests of the layers without coroutines (g++)'
  configure plain
  cmake --build --preset plain --target units hazards hazards_self_test
  say 'plain: unit tests, rules, refusals of the compiler, snippets of README and docs'
  run_ctest plain -L '^(unit|rules|compile_fail)$'
}

step_asan() {
  say 'asan: build the test programs of what holds coroutines (g++, AddressSanitizer)'
  configure asan
  cmake --build --preset asan --target suites fuzz
  say 'asan: unit, flow, wire and abuse tests, replay of the fuzz inputs'
  run_ctest asan -L '^(unit|flow|wire|abuse|fuzz)$'
}

# provide_stopped PACKAGE... - install servers, and let none of them start by itself: the tests start their own
provide_stopped() {
  local step=$current
  current=packages
  install_stopped "$@"
  current=$step
}

step_stores() {
  provide_stopped postgresql pgbouncer redis-server libpq-dev libhiredis-dev
  say 'stores: build the tests of stores behind a network (g++, AddressSanitizer)'
  configure asan
  cmake --build --preset asan --target stores
  say 'stores: run them against servers of their own on loopback'
  run_ctest asan -L '^stores$'
}

step_tsan() {
  say "tsan: build the test programs ($clang, ThreadSanitizer)"
  configure tsan
  cmake --build --preset tsan --target suites
  say 'tsan: run them'
  run_ctest tsan -L '^(unit|flow|wire|abuse)$'
}

step_clang() {
  say "clang: build the test programs and the examples ($clang, AddressSanitizer and UndefinedBehaviorSanitizer)"
  configure clang
  cmake --build --preset clang --target suites examples
  say 'clang: unit, flow, wire and abuse tests, refusals of the compiler, snippets of README and docs'
  # the step fuzz replays the inputs with this compiler and these sanitizers
  run_ctest clang -LE '^(headers|rules|fuzz|stores)$'
}

step_schemas() {
  say 'schemas: every required test of the public JSON Schema Test Suite (g++)'
  part tests/json_schema_suite/run.sh
}

step_meson() {
  say 'meson: build one of the test programs (g++, headers alone, without the shared precompiled header)'
  local reconfigure=()
  [ ! -d build/meson ] || reconfigure=(--reconfigure)
  quietly meson setup build/meson "${reconfigure[@]}" -Dbuildtype=plain -Dwerror=true -Dunity=on -Dunity_size=8 -Dexamples=disabled -Dbench=disabled
  meson compile -C build/meson -j "$jobs" unit_transport
  say 'meson: run it'
  local status=0
  meson test -C build/meson --no-rebuild --print-errorlogs unit_transport || status=$?
  count build/meson/meson-logs/testlog.txt
  return "$status"
}

step_consume() {
  provide ccache  # several of the projects compile the same library with the same options
  say 'consume: find_package, add_subdirectory, FetchContent, pkg-config, Meson subproject'
  part tests/consume/run.sh
}

step_fuzz() {
  say "fuzz: build the targets ($clang, libFuzzer)"
  configure fuzz
  cmake --build --preset fuzz --target fuzz
  say 'fuzz: replay what is known'
  run_ctest fuzz -L '^fuzz$'
  say "fuzz: look for more, ${MCPAWL_FUZZ_SECONDS:-10} seconds per target"
  part tests/fuzz/run.sh "${MCPAWL_FUZZ_SECONDS:-10}"
}

step_release() {
  say 'release: build the examples and the benchmarks (g++ -O2)'
  configure release
  cmake --build --preset release
  passed=$((passed + 1))
  say 'release: real calls through the examples'
  part examples/run.sh --check
  part examples/run.sh --saas --check
  part tests/readme/tutorial.sh
}

step_clients() {
  say 'clients: real clients from npm'
  if ! command -v node > /dev/null || ! command -v npm > /dev/null; then provide nodejs npm; fi
  command -v openssl > /dev/null || provide openssl
  part tests/clients/run.sh
}

step_browser() {
  say "browser: Debian's chromium through the pages"
  if ! command -v node > /dev/null || ! command -v npm > /dev/null; then provide nodejs npm; fi
  if ! command -v chromium > /dev/null || ! command -v openssl > /dev/null; then provide chromium openssl; fi
  part tests/browser/run.sh
}

step_conformance() {
  say 'conformance: the official conformance suite of MCP against the examples everything and access_saas'
  if ! command -v node > /dev/null || ! command -v npm > /dev/null; then provide nodejs npm; fi
  command -v openssl > /dev/null || provide openssl
  part tests/conformance/run.sh
  part tests/conformance/authorization.sh
}

step_fleet() {
  say 'fleet: three instances behind a balancer, on Redis and on PostgreSQL (about 3 minutes, 110 s CPU)'
  provide_stopped postgresql redis-server
  if ! command -v node > /dev/null || ! command -v npm > /dev/null; then provide nodejs npm; fi
  part tests/conformance/run.sh --balanced
  part tests/clients/fleet.sh
  part examples/run.sh --fleet --check
}

step_deploy() {
  say 'deploy: the files of examples/deploy, and calls through nginx and Caddy (needs the step release; about 30 s, 15 s CPU)'
  local each
  for each in curl jq openssl systemd-analyze:systemd /usr/bin/python3:python3; do command -v "${each%:*}" > /dev/null || provide "${each#*:}"; done
  /usr/bin/python3 -c 'import yaml' 2> /dev/null || provide python3-yaml
  part tests/deploy/run.sh
}

step_soak() {
  say 'soak: a minute of everything at once (15 minutes, and with sanitizers: tests/soak.sh)'
  part tests/soak.sh 60
}

step_reference() {
  provide doxygen
  say 'reference: the public headers through Doxygen, without a warning'
  part tests/reference/self_test.sh
  part tests/reference/check.sh .
}

step_roots() {
  provide debootstrap
  say 'roots: the systems that portability builds and tests in'
  part tests/portability/run.sh roots
}

step_portability() {
  provide debootstrap
  say 'portability: Debian 13, Debian sid, arm64'
  part tests/portability/run.sh
}

step_agents() {
  if ! command -v node > /dev/null || ! command -v npm > /dev/null; then provide nodejs npm; fi
  say 'agents: Claude Code and Codex log in where there is no other network'
  part tests/agents/run.sh
}

step_tidy() {
  provide clang-tidy
  say "tidy: ${clang/clang++/clang-tidy} over all headers"
  configure clang
  part "${clang/clang++/clang-tidy}" --quiet -p build/clang build/clang/tests/headers/all_forward.cpp
}

# ---------------------------------------------------------------------------------------------- main

steps=("$@")
layers=()
packages=("${packages_full[@]}")
if [ $# = 0 ]; then
  steps=("${first_sequence[@]}")
elif [ "$*" = quick ]; then
  steps=("${quick_steps[@]}")
  packages=("${packages_quick[@]}")
elif [ "$1" = unit ]; then
  layers=("${@:2}")
  steps=(unit)
  packages=("${packages_quick[@]}")
  for layer in "${layers[@]}"; do [ -d "tests/unit/$layer" ] || fail "there is no folder tests/unit/$layer"; done
  [ ${#layers[@]} != 0 ] || fail "which layers? One or more of: $(cd tests/unit && echo */ | tr -d /)"
fi
for step in "${steps[@]}"; do
  if ! declare -F "step_$step" > /dev/null; then
    sed -n '4,11s/^# \{0,1\}//p' "$0" >&2
    exit 2
  fi
done

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
say "mcpawl: steps ${steps[*]}; $jobs compilers at once"
case "$# ${steps[*]} " in
  '0 '* | *' portability '*) [ "$(id -u)" = 0 ] || say 'the step portability will fail: it needs root' ;;
esac
provide "${packages[@]}"
case " ${packages[*]} " in
  *' clang '*) clang=$(find_clang) || clang=clang++-$preferred_clang ;;
esac
if [ $# = 0 ]; then
  gates=$(mktemp -d)
  start_beside "$gates/released" "${third_sequence[@]}"
  # What waits for others, and is judged by the patience of others, goes before compilers.
  renice -n 10 -p $$ > /dev/null
  start_beside "$gates" "${second_sequence[@]}"
fi
for step in "${steps[@]}"; do
  run_step "$step"
  if [ $# = 0 ] && [ "$step" = release ]; then : > "$gates/released"; fi
  join_ended
done
for pid in "${beside[@]}"; do join_beside "$pid"; done
current=finished
