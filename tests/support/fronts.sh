# tests/support/fronts.sh - nginx and Caddy in front of a server, by the files of examples/deploy; tests source it behind cmake/setup.sh
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # those who source this set them, and use what is set here
#
# Both are unpacked below build/deploy where they are missing, since their packages start servers for everybody on port 80.
# Needs $repository, the folder of the checkout, and $scratch, a folder of the test; a certificate is in $scratch/tls.crt and tls.key.

make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mcp.example.com \
    -addext subjectAltName=DNS:mcp.example.com,IP:127.0.0.1 -keyout "$scratch/tls.key" -out "$scratch/tls.crt" 2> /dev/null
}

# nginx_settings PORT [FROM TO]... - write $scratch/nginx/nginx.conf, with TLS on the port and $scratch/mcp.sock behind it; FROM of our
# file is replaced, too
nginx_settings() {
  local port=$1
  shift
  nginx_conf "$repository/examples/deploy/nginx/mcpawl.conf" /run/mcp "$scratch" /etc/mcp "$scratch" 'listen 443 ' "listen 127.0.0.1:$port " \
    'listen [::]:443 ssl http2;' '' "$@"
}

# balancer_settings [FROM TO]... - write $scratch/nginx/nginx.conf for three instances
balancer_settings() { nginx_conf "$repository/examples/fleet/nginx.conf" "$@"; }

# front NAME COMMAND... - start it, add it to $pids, and wait until somebody listens on $port
front() { start_at "$port" "$@"; }

# caddy_settings SITE [FROM TO]... - write $scratch/caddy/Caddyfile, with TLS for https://NAME:PORT and $scratch/mcp.sock behind it
caddy_settings() {
  local site=$1
  shift
  export HOME=$scratch/caddy XDG_DATA_HOME=$scratch/caddy/data XDG_CONFIG_HOME=$scratch/caddy/config
  mkdir -p "$scratch/caddy"
  {
    printf '{\n\tadmin off\n\tauto_https off\n\tservers {\n\t\tprotocols h1 h2\n\t}\n}\n'
    replaced "$repository/examples/deploy/caddy/Caddyfile" 'mcp.example.com {' "$site {"$'\n\tbind 127.0.0.1' \
      '# tls /etc/mcp/tls.crt /etc/mcp/tls.key' "tls $scratch/tls.crt $scratch/tls.key" "$@"
  } > "$scratch/caddy/Caddyfile"
}
