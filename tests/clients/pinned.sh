# tests/clients/pinned.sh - the clients from npm, and the node that runs them; scripts of this folder source it
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash

# shellcheck source=cmake/setup.sh
. ../../cmake/setup.sh
# shellcheck disable=SC2034  # say reads it
say_as=clients

# install_clients - leave in $node the one that is pinned beside them
install_clients() {
  local each
  for each in node npm; do
    command -v "$each" > /dev/null || fail "there is no $each: install nodejs and npm"
  done
  # npm writes node_modules/.package-lock.json when it is done, and not before
  if [ node_modules/.package-lock.json -nt package-lock.json ] && [ node_modules/.package-lock.json -nt package.json ]; then
    say 'the pinned clients are installed'
  else
    say 'installing the pinned clients (npm ci)'
    quietly npm ci
  fi
  node=$(echo node_modules/node-linux-*/bin/node)
  say "running them with node $("$node" --version)"
}
