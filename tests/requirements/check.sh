#!/bin/sh
# tests/requirements/check.sh - where mcpawl cannot be compiled, the first error is a sentence of ours, and hardly anything follows
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/requirements/check.sh COMPILER ROOT        5 CPU seconds
#
# Every public header leads to core/requirements.hpp by its first include and the first include of that; a header that includes OpenSSL to
# crypto/openssl_version.hpp. So nothing of Boost or OpenSSL is read before these.
set -eu
compiler=${1:?usage: $0 COMPILER ROOT} root=${2:?usage: $0 COMPILER ROOT}
include=$root/include
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
refused=0
bad=''

first_include() { sed -n 's/^#include <\(.*\)>.*/\1/p' "$include/$1" | head -n 1; }

# leads_to GOAL HEADER - by first includes
leads_to() {
  at=$2
  while [ "$at" != "$1" ]; do
    case $at in mcpawl/*) at=$(first_include "$at") ;; *) echo "$2 does not begin with <$1>, nor do the headers it begins with"; bad=1; return 0 ;; esac
  done
}
public=$(awk -F '|' '/^\| `mcpawl\// { gsub(/[` ]/, "", $2); print $2 }' "$root/docs/public_names.md" | sort -u)
[ -n "$public" ] || { echo 'docs/public_names.md lists no headers'; exit 1; }
for header in $public mcpawl/mcpawl.hpp mcpawl/raw_tool.hpp mcpawl/src.hpp mcpawl/store/sqlite_src.hpp mcpawl/store/postgres_src.hpp \
  mcpawl/store/redis/redis_src.hpp; do
  leads_to mcpawl/core/requirements.hpp "$header"
done
for header in $(cd "$include" && grep -rl '^#include <openssl/' mcpawl); do
  [ "$header" = mcpawl/crypto/openssl_version.hpp ] || leads_to mcpawl/crypto/openssl_version.hpp "$header"
done
[ -z "$bad" ] || exit 1

# expect HEADER SENTENCE OPTION... - the first error has these words, and there are few lines
expect() {
  header=$1 sentence=$2
  shift 2
  if output=$(echo "#include <$header>" | LC_ALL=C "$compiler" -fsyntax-only -w -I "$include" "$@" -x c++ - 2>&1); then
    echo "the compiler accepts $header with $*"; exit 1
  fi
  first=$(printf '%s\n' "$output" | grep 'error:' | head -n 1)
  errors=$(printf '%s\n' "$output" | grep -c 'error:')
  case $first in *"$sentence"*) ;; *) echo "$header with $*: the first error is: $first"; exit 1 ;; esac
  # ours, and the include that stops the compiler
  [ "$errors" -le 2 ] || { printf '%s\n' "$output" | head -n 40; echo "$header with $*: $errors errors"; exit 1; }
  [ "$(printf '%s\n' "$output" | wc -l)" -le 16 ] || { printf '%s\n' "$output"; echo "$header with $*: that is long"; exit 1; }
  refused=$((refused + 1))
}

mkdir -p "$work/boost/boost" "$work/openssl/openssl" "$work/libressl/openssl"
echo '#define BOOST_VERSION 107400' > "$work/boost/boost/version.hpp"
echo '#define OPENSSL_VERSION_NUMBER 0x1010117fL' > "$work/openssl/openssl/opensslv.h"
echo '#define OPENSSL_VERSION_NUMBER 0x20000000L' > "$work/libressl/openssl/opensslv.h"

for header in mcpawl/mcpawl.hpp mcpawl/server.hpp mcpawl/serve_stdio.hpp mcpawl/auth/jwt_bearer.hpp mcpawl/core/settings.hpp; do
  expect $header 'mcpawl needs C++20: compile with -std=c++20' -std=c++17
done
expect mcpawl/mcpawl.hpp 'mcpawl needs C++20' -std=c++14
expect mcpawl/mcpawl.hpp 'mcpawl needs exceptions: compile without -fno-exceptions' -std=c++20 -fno-exceptions
expect mcpawl/mcpawl.hpp 'mcpawl needs coroutines' -std=c++20 -U__cpp_impl_coroutine
expect mcpawl/mcpawl.hpp 'mcpawl needs Boost 1.81 or newer' -std=c++20 -I "$work/boost"
expect mcpawl/http/fetch.hpp 'mcpawl needs Boost 1.81 or newer' -std=c++20 -I "$work/boost"
expect mcpawl/mcpawl.hpp 'mcpawl needs OpenSSL 3.0 or newer' -std=c++20 -I "$work/openssl"
expect mcpawl/crypto/seal.hpp 'mcpawl needs OpenSSL 3.0 or newer' -std=c++20 -I "$work/libressl"
# none at all
expect mcpawl/mcpawl.hpp 'mcpawl needs Boost 1.81 or newer, and there is none' -std=c++20 '-D__has_include(name)=0'
echo "$refused refusals in a sentence"
