#!/bin/sh
# tests/headers/cheap.sh - what programs include reads no header of Boost.Beast, the HTTP client none of sockets or OpenSSL, and
# mcpawl.hpp nothing that only the bodies in the compiled library need
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/headers/cheap.sh COMPILER ROOT        3 CPU seconds
set -eu
compiler=${1:?usage: $0 COMPILER ROOT} root=${2:?usage: $0 COMPILER ROOT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# headers_of HEADER - what a file that includes it reads, with the library compiled once
headers_of() {
  echo "#include <$1>" |
    "$compiler" -std=c++20 -DMCPAWL_SEPARATE_COMPILATION -DMCPAWL_COROUTINES_CHECKED -I "$root/include" -M -x c++ - | tr ' ' '\n'
}

# refuse HEADER PATTERN... - it may read none whose path has one of the patterns
refuse() {
  header=$1
  shift
  headers_of "$header" > "$work/read"
  for pattern in "$@"; do
    if grep "$pattern" "$work/read"; then echo "$header reads $pattern"; exit 1; fi
  done
}

refuse mcpawl/mcpawl.hpp /boost/beast/ /boost/asio/steady_timer /boost/asio/io_context /bits/std_thread.h /mcpawl/crypto/digest \
  /mcpawl/jose/claims /mcpawl/jose/verifier /mcpawl/reflect/value_reader /mcpawl/reflect/value_writer /mcpawl/reflect/schema_writer /mcpawl/mcp/types/content_writer \
  /mcpawl/mcp/uri_template/uri_matcher
refuse mcpawl/http_client.hpp /boost/beast/ /boost/asio/ip/ /openssl/
refuse mcpawl/otlp_exporter.hpp /boost/beast/
refuse mcpawl/serve_stdio.hpp /boost/beast/
refuse mcpawl/auth/access_oauth.hpp /boost/beast/
headers_of mcpawl/http/fetch_connection.hpp | grep -q /boost/beast/ || { echo 'this test finds no header at all'; exit 1; }
echo 'what programs include is cheap'
