#!/usr/bin/env bash
# tests/clients/run.sh - real MCP clients from npm against the running examples
# SPDX-License-Identifier: BSL-1.0
#
# Builds the examples (preset release), unless MCPAWL_BIN_DIR names a folder that has them, installs the pinned
# clients and runs every *.test.mjs. Arguments go to `node --test`, such as --test-name-pattern=ping. Needs node and npm;
# the tests themselves run with the Node 22 that is pinned beside the clients.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=cmake/setup.sh
. ../../cmake/setup.sh
# shellcheck disable=SC2034  # say reads it
say_as=clients
# shellcheck source=tests/support/npm.sh
. ../support/npm.sh
build_examples everything ask resources hello_stdio access_self_hosted access_saas access_emulator bearer linked_app inventory
install_pinned 'set of clients'
find_pinned_node
# two files at once: much of them waits, for tokens to expire and for programs to start
"$node" --test --test-concurrency=2 --test-reporter=spec "$@" ./*.test.mjs
# what was asked for by a pattern is not there
[ $# != 0 ] || ./fronts.sh "$node"
