#!/usr/bin/env bash
# tests/clients/run.sh - real MCP clients from npm against the running examples
# SPDX-License-Identifier: BSL-1.0
#
# Builds the examples (preset release), unless MCPAWL_BIN_DIR names a folder that has them, installs the pinned
# clients and runs every *.test.mjs. Arguments go to `node --test`, such as --test-name-pattern=ping. Needs node and npm;
# the tests themselves run with the Node 22 that is pinned beside the clients.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$here"

# shellcheck source=cmake/setup.sh
. ../../cmake/setup.sh
# shellcheck disable=SC2034  # say reads it
say_as=clients

for program in node npm; do
  command -v "$program" > /dev/null || { say "there is no $program: install nodejs and npm" >&2; exit 1; }
done

programs=(everything ask resources hello_stdio access_self_hosted access_saas access_emulator bearer linked_app inventory)
build_examples "${programs[@]}"

# npm writes node_modules/.package-lock.json when it is done, and not before
if [ node_modules/.package-lock.json -nt package-lock.json ] && [ node_modules/.package-lock.json -nt package.json ]; then
  say 'the pinned clients are installed'
else
  say 'installing the pinned clients (npm ci)'
  quietly npm ci
fi

node=$(echo node_modules/node-linux-*/bin/node)
say "running them with node $("$node" --version)"
# two files at once: much of them waits, for tokens to expire and for programs to start
"$node" --test --test-concurrency=2 --test-reporter=spec "$@" ./*.test.mjs
# what was asked for by a pattern is not there
[ $# != 0 ] || ./fronts.sh "$node"
