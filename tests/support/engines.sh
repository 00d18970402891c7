# tests/support/engines.sh - Redis and PostgreSQL for tests, each on a free port of loopback with files of its own; tests source it
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash
# shellcheck disable=SC2154  # those who source this set what is used here
#
# Needs cmake/setup.sh, examples/shared/calls.sh, $scratch, a folder of the test, and $pids, the processes that the test ends.

# start_redis - leave its URL in $store
start_redis() {
  local at
  at=$(free_port)
  mkdir -p "$scratch/redis"
  start_at "$at" redis redis-server --port "$at" --bind 127.0.0.1 --dir "$scratch/redis" --save '' --appendonly yes
  store="redis://127.0.0.1:$at/0?durable=no" # nothing in it has to outlive the engine
}

# start_postgres - leave its URL in $store
start_postgres() {
  local at bin as=()
  at=$(free_port)
  bin=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | sort -V | tail -n 1)
  [ -n "$bin" ] || fail 'there is no PostgreSQL server'
  mkdir -p "$scratch/postgres"
  # it does not run as root
  if [ "$(id -u)" = 0 ]; then
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    chmod 755 "$scratch"
    chown postgres "$scratch/postgres"
  fi
  "${as[@]}" "$bin/initdb" -D "$scratch/postgres/data" -U postgres -A trust > "$scratch/postgres.log" 2>&1 || fail "$(cat "$scratch/postgres.log")"
  start_at "$at" postgres "${as[@]}" "$bin/postgres" -D "$scratch/postgres/data" -p "$at" -h 127.0.0.1 -k "$scratch/postgres"
  store=postgresql://postgres@127.0.0.1:$at/postgres
}
