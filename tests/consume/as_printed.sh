#!/usr/bin/env bash
# tests/consume/as_printed.sh - build a server by what README.md and docs/install.md print for CMake, Meson and pkg-config, word for word
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/consume/as_printed.sh PREFIX CLANG        PREFIX has mcpawl installed; needs cmake, ninja, meson, pkg-config and g++
#
# The library is compiled five times, in 120 CPU seconds: once it is what run.sh has compiled and ccache knows, which sees the same
# paths from folders beside PREFIX; three times by Clang, which takes half as long as g++; and by the command that names g++.
set -euo pipefail

prefix=$(cd "$1" && pwd)
clang=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=cmake/setup.sh
. "$root/cmake/setup.sh"
# shellcheck disable=SC2034  # say reads it
say_as=as_printed
beside=$(dirname "$prefix")
work=$(mktemp -d -p "$beside")
trap 'rm -rf "$work"' EXIT
passed=0

# block PAGE LANGUAGE NUMBER - what stands in a block of a page
block() {
  awk -v begin="\`\`\`$2" -v number="$3" '$0 == begin { inside = ++count == number; next } /^```$/ { inside = 0 } inside' "$root/$1" |
    grep . || fail "$1 has no block $3 of $2"
}

# project NAME - a folder with the server in it
project() {
  mkdir -p "$work/$1"
  block README.md cpp 2 > "$work/$1/main.cpp"
}

# expect_server FOLDER - your_server was built there, and reads its settings
expect_server() {
  local status=0 said
  said=$(env -u TEAM_DOMAIN -u POLICY_AUD "$1/your_server" 2>&1) || status=$?
  [ "$status" = 2 ] || fail "$1: your_server ended with $status: $said"
  case $said in *TEAM_DOMAIN*) ;; *) fail "$1: your_server said: $said" ;; esac
  passed=$((passed + 1))
}

# The block has two parts: for an installed mcpawl, and the line that takes the place of find_package in a checkout.
block README.md cmake 1 | sed '/^# CMake, from a checkout/,$d' > "$work/installed.cmake"
block README.md cmake 1 | sed '1,/^# CMake, from a checkout/d' > "$work/checkout.cmake"
grep -q '^find_package' "$work/installed.cmake" || fail 'README.md does not find an installed mcpawl'
grep -q '^add_subdirectory' "$work/checkout.cmake" || fail 'README.md does not use a checkout'
head='cmake_minimum_required(VERSION 3.22)
project(your_server LANGUAGES CXX)
add_executable(your_server main.cpp)'

# build_by_cmake PROJECT OPTION... - with the options of run.sh, and in a folder beside those that it builds in
build_by_cmake() {
  local build=$beside/printed_$1
  quietly cmake -S "$work/$1" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_NO_SYSTEM_FROM_IMPORTED=ON \
    -DCMAKE_CXX_FLAGS='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror' "${@:2}"
  quietly cmake --build "$build"
  expect_server "$build"
  rm -r "$build"
}

say 'CMake: an installed mcpawl'
project found
{ echo "$head"; cat "$work/installed.cmake"; } > "$work/found/CMakeLists.txt"
build_by_cmake found -DCMAKE_CXX_COMPILER=g++ -DCMAKE_PREFIX_PATH="$prefix"

say 'CMake: a checkout'
project checkout
ln -s "$root" "$work/checkout/mcpawl"
{ echo "$head"; cat "$work/checkout.cmake"; grep -v '^find_package' "$work/installed.cmake"; } > "$work/checkout/CMakeLists.txt"
build_by_cmake checkout -DCMAKE_CXX_COMPILER="$clang"

for kind in installed subproject; do
  say "Meson: $kind"
  project $kind
  block docs/install.md meson 1 > "$work/$kind/meson.build"
  if [ $kind = installed ]; then
    CXX=$clang PKG_CONFIG_PATH=$prefix/share/pkgconfig quietly meson setup --buildtype=plain "$work/$kind/build" "$work/$kind"
  else
    mkdir -p "$work/$kind/subprojects/mcpawl"
    for part in meson.build meson_options.txt cmake include tests examples bench; do
      ln -s "$root/$part" "$work/$kind/subprojects/mcpawl/$part"
    done
    CXX=$clang quietly meson setup --buildtype=plain "$work/$kind/build" "$work/$kind" --force-fallback-for=mcpawl
  fi
  quietly meson compile -C "$work/$kind/build"
  expect_server "$work/$kind/build"
done

say 'pkg-config: one command'
project command
command=$(block docs/install.md sh 1)
case $command in 'g++ '*) ;; *) fail "docs/install.md has another command: $command" ;; esac
(cd "$work/command" && PKG_CONFIG_PATH=$prefix/share/pkgconfig quietly sh -c "$command -o your_server")
expect_server "$work/command"

echo "$passed servers are built as printed"
