# tests/support/npm.sh - what a folder of tests has pinned from npm; tests source it behind cmake/setup.sh
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash

# install_pinned WHAT - into the folder that we are in, unless it is there
install_pinned() {
  local each
  for each in node npm; do
    command -v "$each" > /dev/null || fail "there is no $each: install nodejs and npm"
  done
  # npm writes node_modules/.package-lock.json when it is done, and not before
  if [ node_modules/.package-lock.json -nt package-lock.json ] && [ node_modules/.package-lock.json -nt package.json ]; then
    say "the pinned $1 is installed"
  else
    say "installing the pinned $1 (npm ci)"
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 quietly npm ci
  fi
}

# find_pinned_node - leave in $node the Node that is pinned, too
find_pinned_node() {
  node=$(echo node_modules/node-linux-*/bin/node)
  say "running it with node $("$node" --version)"
}
