#!/bin/sh
# tests/layers/self_test.sh - shows that check.sh finds every kind of mistake, and none where there is none
set -eu

check=$(cd "$(dirname "$0")" && pwd)/check.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# header FOLDER/NAME LINES... - write a header of correct form with these lines in it
header() {
  path=mcpawl/$1; shift
  mkdir -p "$work/include/$(dirname "$path")"
  { echo "// $path - a header of the self-test"; echo '#pragma once'; for line in "$@"; do echo "$line"; done; } > "$work/include/$path"
}

good_tree() {
  rm -rf "$work/include" "$work/tests"
  header core/error.hpp '#include <string>'
  header core/task.hpp '#include <boost/asio/awaitable.hpp>'
  header crypto/digest.hpp '#include <mcpawl/core/error.hpp>' '#include <openssl/evp.h>'
  header reflect/schema.hpp '#include <mcpawl/core/error.hpp>' '#include <boost/json/value.hpp>'
  header jose/verifier.hpp '#include <mcpawl/crypto/digest.hpp>'
  header http/exchange.hpp '#include <boost/beast/http/basic_parser.hpp>' '#include <mcpawl/core/task.hpp>'
  header auth/policy.hpp '#include <mcpawl/http/exchange.hpp>' '#include <mcpawl/jose/verifier.hpp>'
  header auth/access_jwt.hpp '#include <mcpawl/auth/policy.hpp>'
  header mcp/tools.hpp '#include <mcpawl/reflect/schema.hpp>'
  header transport/streamable_http.hpp '#include <mcpawl/auth/policy.hpp>' '#include <mcpawl/mcp/tools.hpp>'
  header server.hpp '#include <mcpawl/transport/streamable_http.hpp>' '#include <mcpawl/auth/access_jwt.hpp>'
  header test/loopback.hpp '#include <mcpawl/server.hpp>'
  header http/fetch.hpp '#include <mcpawl/http/fetch.ipp>'
  header http/fetch.ipp '#include <mcpawl/http/fetch.hpp>'
}

# refused WORDS - the tree as it is now must be refused with exactly one mistake, and these words
refused() {
  if output=$(sh "$check" "$work" 2>&1); then
    echo "not noticed: $1"; failures=$((failures + 1))
  elif [ "$(echo "$output" | wc -l)" != 1 ] || ! echo "$output" | grep -qF -- "$1"; then
    echo "expected one line with: $1"; echo "got: $output"; failures=$((failures + 1))
  fi
  good_tree
}

good_tree
sh "$check" "$work" > /dev/null || { echo "a correct tree is refused"; failures=1; }

header core/clock.hpp '#include <mcpawl/crypto/digest.hpp>';        refused 'core must not include the higher layer crypto'
header crypto/digest.hpp '#include <mcpawl/reflect/schema.hpp>';    refused 'crypto must not include reflect'
header reflect/schema.hpp '  #  include <mcpawl/crypto/digest.hpp>'; refused 'reflect must not include crypto'
header jose/verifier.hpp '#include <mcpawl/http/exchange.hpp>';     refused 'jose must not include http'
header store/memory.hpp '#include <mcpawl/http/exchange.hpp>';      refused 'store must not include http'
header http/exchange.hpp '#include <mcpawl/mcp/tools.hpp>';         refused 'http must not include the higher layer mcp'
header mcp/tools.hpp '#include <mcpawl/http/exchange.hpp>';         refused 'mcp must not include http'
header mcp/tools.ipp '#include <mcpawl/http/exchange.hpp>';         refused 'mcp must not include http'
header mcp/ask.hpp '#include <mcpawl/auth/policy.hpp>';             refused 'mcp must not include auth'
header auth/policy.hpp '#include <mcpawl/mcp/tools.hpp>';           refused 'auth must not include mcp'
header auth/policy.hpp '#include <mcpawl/server.hpp>'
header server.hpp '#include <mcpawl/core/error.hpp>';               refused 'auth must not include the higher layer top'
header server.hpp '#include <mcpawl/test/loopback.hpp>'
header test/loopback.hpp;                                           refused 'top must not include test'
header transport/stdio.hpp '#include <mcpawl/auth/access_jwt.hpp>'; refused 'transport knows auth only by its concept'
header core/clock.hpp '#include <boost/asio/io_context.hpp>';       refused 'core must not include <boost/asio/io_context.hpp>'
header crypto/digest.hpp '#include <boost/json/value.hpp>';         refused 'crypto must not include <boost/json/value.hpp>'
header mcp/tools.hpp '#include <openssl/evp.h>';                    refused 'mcp must not include <openssl/evp.h>'
header auth/policy.hpp '#include <boost/beast/http/field.hpp>';     refused 'auth must not include <boost/beast/http/field.hpp>'
header http/exchange.hpp '#include <boost/asio.hpp>';               refused 'include the small headers'
header http/exchange.hpp '#include <boost/url/src.hpp>';            refused 'defines what'
header http/exchange.hpp '#include "exchange_base.hpp"';            refused 'angle brackets'
header http/exchange.hpp '#include <mcpawl/http/missing.hpp>';      refused 'there is no mcpawl/http/missing.hpp'
header http/a.hpp '#include <mcpawl/http/b.hpp>'
header http/b.hpp '#include <mcpawl/http/a.hpp>';                   refused 'includes itself by way of'
header util/misc.hpp;                                               refused 'the folder util belongs to no layer'
header core/error.hpp
sed -i 1d "$work/include/mcpawl/core/error.hpp";                    refused 'the first line must be'
header core/error.hpp
sed -i 2d "$work/include/mcpawl/core/error.hpp";                    refused 'no #pragma once'
awk 'BEGIN { for (i = 0; i < 449; i++) print "" }' >> "$work/include/mcpawl/core/error.hpp"; refused 'lines, more than 450'
mkdir -p "$work/tests/unit"
echo 'int main() {}' > "$work/tests/unit/main.cpp";                 refused 'tests/unit/main.cpp:1: the first line must be'

rm -rf "$work/include"
if sh "$check" "$work" > /dev/null 2>&1; then echo 'not noticed: no headers at all'; failures=$((failures + 1)); fi

[ "$failures" = 0 ] || { echo "$failures rules do not hold"; exit 1; }
echo 'every rule can fail'
