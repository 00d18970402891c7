#!/usr/bin/env bash
# tests/clients/fleet.sh - the official clients behind nginx and three instances of access_saas, while instances and engines are killed
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/clients/fleet.sh [ENGINE...]      redis, sentinel (two of Redis, of which one replaces the other) and postgres by default
#
# Clients log in at the certified provider, call, and refresh every 3 seconds; others make every request by hand. Meanwhile each instance is
# killed and started again once a second, and then the engine; of two engines the primary, whose replica takes over. No login, registration,
# grant or refresh that was acknowledged may be lost, no code may be good twice, and calls may fail only at a kill.
#
# Environment: MCPAWL_FLEET_SECONDS (of the kills of instances, default 10; 120 for a long look).
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck disable=SC2034  # fronts.sh reads it
repository=$(cd ../.. && pwd)
# shellcheck source=cmake/setup.sh
. ../../cmake/setup.sh
# shellcheck disable=SC2034  # say reads it
say_as=clients
# shellcheck source=tests/support/npm.sh
. ../support/npm.sh
# shellcheck source=tests/support/fronts.sh
. ../support/fronts.sh
# shellcheck source=examples/shared/calls.sh
. ../../examples/shared/calls.sh
build_examples access_saas
install_pinned 'set of clients'
find_pinned_node

# shellcheck source=tests/support/scratch.sh
. ../support/scratch.sh

unpacked nginx /usr/sbin/nginx || fail 'there is no nginx'
at=127.0.0.1:$(free_port)
places=$at
replacements=(127.0.0.1:8080 "$at")
for instance in 1 2 3; do
  place=127.0.0.1:$(free_port)
  places+=" $place"
  replacements+=("127.0.0.1:808$instance" "$place")
done
balancer_settings "${replacements[@]}"
start_at "${at#*:}" nginx "$program" -e stderr -c "$scratch/nginx/nginx.conf"
engines=("$@")
[ $# != 0 ] || engines=(redis sentinel postgres)
for engine in "${engines[@]}"; do
  say "the clients behind a balancer, on $engine"
  FLEET_ENGINE=$engine FLEET_AT=$places "$node" --test-reporter=spec fleet.mjs
done
