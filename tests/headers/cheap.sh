#!/bin/sh
# tests/headers/cheap.sh - what programs include reads no header of Boost.Beast, and the HTTP client none of sockets or OpenSSL
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/headers/cheap.sh COMPILER ROOT        3 CPU seconds
set -eu
compiler=${1:?usage: $0 COMPILER ROOT} root=${2:?usage: $0 COMPILER ROOT}

# reads HEADER PATTERN - whether a file that includes the header reads one whose path has the pattern
reads() {
  echo "#include <$1>" |
    "$compiler" -std=c++20 -DMCPAWL_SEPARATE_COMPILATION -DMCPAWL_COROUTINES_CHECKED -I "$root/include" -M -x c++ - | grep -q "$2"
}

for header in mcpawl/mcpawl.hpp mcpawl/http_client.hpp mcpawl/serve_stdio.hpp mcpawl/auth/access_oauth.hpp; do
  if reads $header /boost/beast/; then echo "$header reads Boost.Beast"; exit 1; fi
done
for pattern in /boost/asio/ip/ /openssl/; do
  if reads mcpawl/http_client.hpp $pattern; then echo "mcpawl/http_client.hpp reads $pattern"; exit 1; fi
done
reads mcpawl/http/fetch_connection.hpp /boost/beast/ || { echo 'this test finds no header at all'; exit 1; }
echo 'what programs include is cheap'
