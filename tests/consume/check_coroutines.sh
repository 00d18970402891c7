#!/usr/bin/env bash
# tests/consume/check_coroutines.sh - mcpawl_check_coroutines in the builds of users: what is good builds, each bad spelling fails with the words
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/consume/check_coroutines.sh PREFIX        PREFIX has mcpawl installed; needs cmake, ninja, meson and g++
#
# A target without mcpawl itself in it is enough, so nothing but the program that reads is compiled: 15 to 18 CPU seconds in all.
set -euo pipefail

prefix=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=cmake/setup.sh
. "$root/cmake/setup.sh"
# shellcheck disable=SC2034  # say reads it
say_as=check_coroutines
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
right='make a named local first'
then_await="$right, then co_await f(std::move(it))"

# put FILE - write standard input to it
put() { cat > "$work/$1"; }

# tools_with STATEMENT - write the header with the coroutine of the project
tools_with() {
  put project/src/tools.hpp << END
#pragma once
template <class T> struct task;
#if 0  // nothing of this is compiled: it is the spelling that counts
task<int> tool(int n) {
  $1
  co_return n;
}
#endif
END
}

# expect_refusal BUILD WORDS - at the line of the statement
expect_refusal() {
  local output
  if output=$(cmake --build "$work/$1" 2>&1); then fail "$1 was built, with: $2"; fi
  case $output in *"src/tools.hpp:5: $2"*) ;; *) fail "$1 said: $output" ;; esac
  passed=$((passed + 1))
}

# expect_build BUILD PATTERN - it is built, and says what the pattern is
expect_build() {
  local output
  output=$(cmake --build "$work/$1" 2>&1) || fail "$1 was not built: $output"
  # shellcheck disable=SC2254  # a pattern
  case $output in $2) ;; *) fail "$1 said: $output" ;; esac
  passed=$((passed + 1))
}

good='auto it = n == 1 ? 2 : 3; co_await f(it);'
checks='*Checking the coroutines of program*'

mkdir -p "$work/project/src/include"
put project/src/main.cpp << 'END'
#include "tools.hpp"
#include "below.hpp"
int main() {}
END
put project/src/include/below.hpp << 'END'
int below();
END
put project/CMakeLists.txt << 'END'
cmake_minimum_required(VERSION 3.22)
project(checked LANGUAGES CXX)
if(COPY)
  add_subdirectory("${COPY}" mcpawl)
else()
  find_package(mcpawl 0.1 REQUIRED)
endif()
add_executable(program src/main.cpp)
mcpawl_check_coroutines(program)
target_include_directories(program PRIVATE src/include)
target_sources(program PRIVATE $<$<CONFIG:Debug>:src/debug.cpp>)
# that there is nothing to be done is known here, too
add_library(not_called OBJECT src/main.cpp)
target_include_directories(not_called PRIVATE src/include)
get_target_property(definitions program COMPILE_DEFINITIONS)
if(NOT definitions STREQUAL "MCPAWL_COROUTINES_CHECKED")
  message(FATAL_ERROR "the target defines ${definitions}")
endif()
END
put project/src/debug.cpp << 'END'
int below() { return 1; }
END

# configure BUILD OPTION...
configure() {
  quietly cmake -S "$work/project" -B "$work/$1" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_CXX_FLAGS='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror' "${@:2}"
}

say 'find_package: each spelling'
tools_with "$good"
configure found -G Ninja -DCMAKE_CXX_COMPILER=g++ -DCMAKE_PREFIX_PATH="$prefix"
case $(g++ -dumpversion) in
  ? | 10* | 11* | 12*) ;;
  *)
    expect_build found '*'
    [ ! -e "$work/found/CMakeFiles/mcpawl/program.checked" ] || fail 'a compiler that needs no check is checked'
    echo "this g++ needs no check; $passed tests"
    exit 0
    ;;
esac
expect_build found "$checks"
expect_build found '*no work to do*'
tools_with 'co_await ctx.progress(1, 2, n == 2 ? "done" : prefix + text);'
expect_refusal found "?: in an expression that holds a co_await; $then_await"
tools_with 'co_await f([n] { return n; });'
expect_refusal found "a lambda with captures in an expression that holds a co_await; $then_await"
tools_with 'co_await f(request{n});'
expect_refusal found "braces in an expression that holds a co_await; $then_await"
tools_with 'if (co_await f(n)) co_return 1;'
expect_refusal found "co_await in a condition of a function that declares nothing; $right: auto it = co_await f(); if (it)"

say 'find_package: only what has changed is read again'
tools_with "$good"
expect_build found "$checks"
expect_build found '*no work to do*'
echo 'int one_more();' >> "$work/project/src/include/below.hpp"
expect_build found "$checks"
echo 'int still_one_more();' >> "$work/project/src/debug.cpp"
expect_build found "$checks"
touch "$work/project/CMakeLists.txt"
case $(cmake --build "$work/found" 2>&1) in *Checking*) fail 'it read again what had not changed' ;; esac
echo 'task<int> other(int n) { co_return co_await f({n}); }' >> "$work/project/src/debug.cpp"
case $(cmake --build "$work/found" 2>&1) in *"src/debug.cpp:3: braces"*) ;; *) fail 'a source that depends on the configuration is not read' ;; esac
put project/src/debug.cpp << 'END'
int below() { return 1; }
END
passed=$((passed + 2))

say 'add_subdirectory, by make'
configure copy -G 'Unix Makefiles' -DCMAKE_CXX_COMPILER=g++ -DCOPY="$root"
expect_build copy "$checks"
tools_with 'co_await f(request{n});'
expect_refusal copy "braces in an expression that holds a co_await; $then_await"
tools_with "$good"
expect_build copy "$checks"
echo 'int yet_one_more();' >> "$work/project/src/include/below.hpp"
expect_build copy "$checks"
case $(cmake --build "$work/copy" 2>&1) in *Checking*) fail 'it read again what had not changed (make)' ;; esac
passed=$((passed + 1))

say 'cross-compiled: the program is for the machine that builds'
configure cross -G Ninja -DCMAKE_CXX_COMPILER=g++ -DCMAKE_SYSTEM_NAME="$(uname -s)" -DCMAKE_PREFIX_PATH="$prefix"
expect_build cross "$checks"

say 'another compiler: only with ALWAYS'
other=$(find_clang) || fail 'there is no Clang'
tools_with 'co_await f(request{n});'
configure clang -G Ninja -DCMAKE_CXX_COMPILER="$other" -DCMAKE_PREFIX_PATH="$prefix"
expect_build clang '*'
[ ! -e "$work/clang/CMakeFiles/mcpawl/program.checked" ] || fail 'a compiler that needs no check is checked'
sed -i 's/mcpawl_check_coroutines(program)/mcpawl_check_coroutines(program ALWAYS)/' "$work/project/CMakeLists.txt"
expect_refusal clang "braces in an expression that holds a co_await; $then_await"

say 'Meson as docs/install.md has it: the subproject, and the installed package'
awk '/^```meson$/ { inside = ++count == 2; next } /^```$/ { inside = 0 } inside' "$root/docs/install.md" > "$work/recipe"
[ -s "$work/recipe" ] || fail 'docs/install.md has no second block for Meson'
put project/meson.build << 'END'
project('checked', 'cpp', meson_version: '>=1.0.0', default_options: ['cpp_std=c++20', 'warning_level=3', 'werror=true'])
mcpawl_dep = dependency('mcpawl_header_only', fallback: ['mcpawl', 'mcpawl_header_only_dep'])
add_project_arguments('-I' + meson.current_source_dir() / 'src/include', language: 'cpp')
END
sed 's/main\.cpp/src\/main.cpp/' "$work/recipe" >> "$work/project/meson.build"

# expect_meson BUILD STATUS PATTERN - building ends so, and says what the pattern is
expect_meson() {
  local output status=0
  output=$(meson compile -C "$work/$1" 2>&1) || status=$?
  [ "$status" = "$2" ] || fail "$1 ended with $status: $output"
  # shellcheck disable=SC2254  # a pattern
  case $output in $3) ;; *) fail "$1 said: $output" ;; esac
  passed=$((passed + 1))
}
for kind in subproject installed; do
  tools_with "$good"
  if [ $kind = subproject ]; then
    mkdir -p "$work/project/subprojects/mcpawl"
    for part in meson.build meson_options.txt cmake include; do
      ln -s "$root/$part" "$work/project/subprojects/mcpawl/$part"
    done
    CXX=g++ quietly meson setup "$work/$kind" "$work/project" --force-fallback-for=mcpawl
  else
    rm -r "$work/project/subprojects"
    CXX=g++ PKG_CONFIG_PATH=$prefix/share/pkgconfig quietly meson setup "$work/$kind" "$work/project"
  fi
  expect_meson $kind 0 '*checked*'
  expect_meson $kind 0 '*no work to do*'
  tools_with 'if (co_await f(n)) co_return 1;'
  expect_meson $kind 1 "*src/tools.hpp:5: co_await in a condition of a function that declares nothing; $right*"
done

say 'the header reminds who has not called it, and never by an error'
remind() { echo '#include <mcpawl/core/task.hpp>' | g++ -std=c++20 -Werror -Wall -fsyntax-only -x c++ -I "$prefix/include" "$@" - 2>&1; }
[ "$(remind | grep -c 'note: .*mcpawl_check_coroutines(target)')" = 1 ] || fail 'it does not remind once'
[ -z "$(remind -DMCPAWL_COROUTINES_CHECKED)" ] || fail 'it reminds who has called it'
passed=$((passed + 2))

echo "$passed tests of mcpawl_check_coroutines"
