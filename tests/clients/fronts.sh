#!/usr/bin/env bash
# tests/clients/fronts.sh - the official clients against the example everything: over TLS, and through nginx and Caddy in front of a Unix-domain socket
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/clients/fronts.sh NODE        run.sh calls it, when the clients are installed
set -euo pipefail
cd "$(dirname "$0")"
repository=$(cd ../.. && pwd)
# shellcheck source=cmake/setup.sh
. ../../cmake/setup.sh
# shellcheck disable=SC2034  # say reads it
say_as=clients
# shellcheck source=tests/support/fronts.sh
. ../support/fronts.sh
# shellcheck source=examples/shared/calls.sh
. ../../examples/shared/calls.sh
node=${1:?usage: $0 NODE}
everything=${MCPAWL_BIN_DIR:-$repository/build/release/examples}/everything

# shellcheck source=tests/support/scratch.sh
. ../support/scratch.sh

make_certificate
port=$(free_port)
front everything_tls "$everything" --listen "127.0.0.1:$port" --certificate "$scratch/tls.crt" --key "$scratch/tls.key"
fronts="TLS https://127.0.0.1:$port/mcp"
"$everything" --listen "unix:$scratch/mcp.sock" > "$scratch/everything_unix.log" 2>&1 &
pids+=($!)
if unpacked nginx /usr/sbin/nginx; then
  port=$(free_port)
  nginx_settings "$port"
  front nginx "$program" -e stderr -c "$scratch/nginx/nginx.conf"
  fronts+=" nginx https://127.0.0.1:$port/mcp"
fi
if unpacked caddy /usr/bin/caddy; then
  port=$(free_port)
  caddy_settings "https://127.0.0.1:$port" /run/mcp "$scratch"
  front caddy "$program" run --adapter caddyfile --config "$scratch/caddy/Caddyfile"
  fronts+=" Caddy https://127.0.0.1:$port/mcp"
fi
say "the clients over: $fronts"
NODE_EXTRA_CA_CERTS=$scratch/tls.crt FRONTS=$fronts "$node" --test --test-reporter=spec fronts.mjs
