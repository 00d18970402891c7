#!/usr/bin/env bash
# tests/agents/run.sh - command-line agents log in to the running examples, with no network but this machine's own
# SPDX-License-Identifier: BSL-1.0
#
# Builds the examples (preset release), unless MCPAWL_BIN_DIR names a folder that has them, installs the pinned agents
# (0.7 GB), and runs agents.test.mjs in a network namespace that holds the loopback interface alone: what the agents or the
# server cannot reach there, many company networks do not let them reach either. Arguments go to `node --test`, such as
# --test-name-pattern=Codex. Needs node 20 or newer, npm, unshare and script (util-linux), ip (iproute2), and the right to
# make a namespace: root, or user namespaces.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$here"

say() { printf 'agents: %s\n' "$*"; }

quietly() {
  local log status=0
  log=$(mktemp)
  "$@" > "$log" 2>&1 || status=$?
  [ "$status" = 0 ] || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

for program in node npm unshare script ip; do
  command -v "$program" > /dev/null || { say "there is no $program: install nodejs, npm, util-linux and iproute2" >&2; exit 1; }
done

programs=(access_self_hosted access_saas access_emulator)
if [ -z "${MCPAWL_BIN_DIR:-}" ]; then
  export MCPAWL_BIN_DIR=$root/build/release/examples
  say 'building the examples (g++ -O2; nothing to do if they are up to date)'
  (cd "$root" && quietly cmake --preset release && cmake --build --preset release --target "${programs[@]}")
fi
for program in "${programs[@]}"; do
  [ -x "$MCPAWL_BIN_DIR/$program" ] || { say "there is no $MCPAWL_BIN_DIR/$program" >&2; exit 1; }
done

# npm writes node_modules/.package-lock.json when it is done, and not before
if [ node_modules/.package-lock.json -nt package-lock.json ] && [ node_modules/.package-lock.json -nt package.json ]; then
  say 'the pinned agents are installed'
else
  say 'installing the pinned agents (npm ci), 0.7 GB'
  # their binaries are started as they come: no script of a package has to run
  quietly npm ci --ignore-scripts
fi

namespace=(unshare --net)
[ "$(id -u)" = 0 ] || namespace=(unshare --net --map-root-user)
say "running them with node $(node --version), without a network"
# shellcheck disable=SC2016  # the inner shell expands them
exec "${namespace[@]}" sh -c 'ip link set lo up && exec node --test --test-reporter=spec "$@" agents.test.mjs' sh "$@"
