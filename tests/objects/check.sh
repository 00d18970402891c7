#!/bin/sh
# tests/objects/check.sh - objects compiled in different ways, or of different versions, do not link, and the linker says which names
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/objects/check.sh COMPILER ROOT        a second; on systems without ELF it has nothing to check
set -eu
compiler=${1:?usage: $0 COMPILER ROOT} root=${2:?usage: $0 COMPILER ROOT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
fail() { echo "$1" >&2; exit 1; }

cat > "$work/main.cpp" << 'END'
#include <mcpawl/core/separate.hpp>
int other();
int main() { return other(); }
END
cat > "$work/other.cpp" << 'END'
#include <mcpawl/core/separate.hpp>
int other() { return 0; }
END
# what mcpawl/src.hpp includes for it, without what is compiled beside it
echo '#include <mcpawl/core/library_src.hpp>' > "$work/library.cpp"
for source in src.hpp store/sqlite_src.hpp store/postgres_src.hpp store/redis/redis_src.hpp; do
  grep -qxF "$(cat "$work/library.cpp")" "$root/include/mcpawl/$source" || fail "mcpawl/$source does not define what its users refer to"
done
# the same headers, of the next version
mkdir -p "$work/newer/mcpawl/core"
cp "$root/include/mcpawl/core/separate.hpp" "$work/newer/mcpawl/core"
sed 's/\(define MCPAWL_VERSION_MINOR\) .*/\1 999/' "$root/include/mcpawl/version.hpp" > "$work/newer/mcpawl/version.hpp"

# object NAME SOURCE OPTION... - compile it in the way its name is made of
object() {
  name=$1 source=$2
  shift 2
  "$compiler" -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror "$@" -I "$root/include" -c "$work/$source.cpp" -o "$work/$name.o"
}
# for each way a project may be compiled: the objects, then every pair
for way in -O0 '-O2 -fPIC -fvisibility=hidden' '-O1 -ffunction-sections -fdata-sections' -flto; do
  # the bitcode of Clang needs a linker of its own
  case $way,$("$compiler" --version) in -flto,*clang*) continue ;; esac
  for source in main other; do
    # shellcheck disable=SC2086  # the options are words
    object "$source.header_only" $source $way
    # shellcheck disable=SC2086
    object "$source.compiled" $source $way -DMCPAWL_SEPARATE_COMPILATION
  done
  # shellcheck disable=SC2086
  object library library $way -DMCPAWL_SEPARATE_COMPILATION
  # shellcheck disable=SC2086
  object newer library $way -DMCPAWL_SEPARATE_COMPILATION -I "$work/newer"

  # join OBJECT... - link them, in the way they were compiled
  join() {
    objects=''
    for name; do objects="$objects $work/$name.o"; done
    # shellcheck disable=SC2086
    "$compiler" $way $objects -o "$work/program" 2>&1
  }
  # expect_program OBJECT...
  expect_program() {
    output=$(join "$@") || fail "$way: $* do not link: $output"
    "$work/program" || fail "$way: $* do not run"
    passed=$((passed + 1))
  }
  # expect_refusal WORDS OBJECT...
  expect_refusal() {
    words=$1
    shift
    if output=$(join "$@"); then fail "$way: $* link"; fi
    case $output in *"$words"*) ;; *) fail "$way: for $* the linker says: $output" ;; esac
    passed=$((passed + 1))
  }

  expect_program main.header_only other.header_only
  expect_program main.compiled other.compiled library
  expect_program library other.compiled main.compiled
  expect_refusal mcpawl_compiled_and_header_only_objects_do_not_mix main.header_only other.compiled library
  expect_refusal mcpawl_compiled_and_header_only_objects_do_not_mix main.compiled other.header_only library
  expect_refusal mcpawl_compiled_and_header_only_objects_do_not_mix library main.header_only other.header_only
  expect_refusal mcpawl_compiled_library_of_version_0_ main.compiled other.compiled newer
  expect_refusal mcpawl_compiled_library_of_version_0_ main.compiled other.compiled

done
echo "$passed programs of objects"
