#!/usr/bin/env bash
# tests/consume/run.sh - use mcpawl in each way that another project can
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/consume/run.sh        builds in a temporary folder; needs cmake, ninja, meson, pkg-config, g++ and clang++
#
# Users' warnings are errors here, and the headers of mcpawl are no system headers: with both compilers, as C++20 and as
# C++23, installed and as a copy. Where ccache is there it is used.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=cmake/setup.sh
. "$root/cmake/setup.sh"
# shellcheck disable=SC2034  # say reads it
say_as=consume
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
clang=$(find_clang) || fail 'there is no Clang that has its sanitizers'

if command -v ccache > /dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$work CCACHE_NOHASHDIR=1
fi

# expect_run PROGRAM - the program must say that all of mcpawl's libraries are there
expect_run() {
  local output
  output=$("$1")
  [ "$output" = 'mcpawl is usable' ] || fail "$1 said: $output"
  passed=$((passed + 1))
}

# expect_program PROGRAM - it was built; what it does is tested elsewhere
expect_program() {
  [ -x "$1" ] || fail "there is no $1"
  passed=$((passed + 1))
}

# consume PROJECT OPTION... - configure it and build all of it
consume() {
  local project=$1
  shift
  quietly cmake -S "$here/$project" -B "$work/$project" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_NO_SYSTEM_FROM_IMPORTED=ON \
    -DCMAKE_CXX_FLAGS='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror' "$@"
  quietly cmake --build "$work/$project"
}

say 'the version'
"$here/version.sh" g++ "$root"
version=$("$here/version.sh" g++ "$root" | sed 's/version //')
passed=$((passed + 1))

say 'the README shows the twelve lines that are built here'
awk '/^```cpp$/ { inside = ++count == 2; next } /^```$/ { if (inside) exit } inside' "$root/README.md" | diff - "$here/twelve_lines.cpp"
passed=$((passed + 1))

say 'install (cmake --install), then move the installed tree'
quietly cmake -S "$root" -B "$work/build" -G Ninja -DCMAKE_INSTALL_PREFIX="$work/first" \
  -DMCPAWL_BUILD_TESTS=OFF -DMCPAWL_BUILD_EXAMPLES=OFF -DMCPAWL_BUILD_BENCH=OFF
quietly cmake --install "$work/build"
mv "$work/first" "$work/prefix"
[ ! -e "$work/prefix/bin" ] || fail 'a program was installed that nobody asked for'
left_out=$(cd "$root/include" && find . -name '*.?pp' | while read -r header; do [ -f "$work/prefix/include/$header" ] || echo "$header"; done)
[ -z "$left_out" ] || fail "not installed: $left_out"
grep -qF "set(PACKAGE_VERSION \"$version\")" "$work/prefix/share/cmake/mcpawl/mcpawl-config-version.cmake" ||
  fail "the CMake package is not of version $version"
passed=$((passed + 1))

say 'the emulator of Access, installed by CMake without the other examples and their libraries, runs'
quietly cmake -S "$root" -B "$work/build_emulator" -G Ninja -DCMAKE_CXX_COMPILER="$clang" -DCMAKE_BUILD_TYPE=None -DCMAKE_INSTALL_PREFIX="$work/emulator" \
  -DMCPAWL_BUILD_TESTS=OFF -DMCPAWL_BUILD_EXAMPLES=OFF -DMCPAWL_BUILD_BENCH=OFF -DMCPAWL_INSTALL_EMULATOR=ON
quietly cmake --build "$work/build_emulator"
quietly cmake --install "$work/build_emulator" --component emulator
"$work/emulator/bin/mcpawl-access-emulator" --listen 127.0.0.1:0 --aud consume > "$work/emulator.out" 2> "$work/emulator.err" &
emulator=$!
for _ in $(seq 100); do
  ! grep -q '^listening on http://127.0.0.1:' "$work/emulator.out" || break
  sleep 0.1
done
kill -TERM "$emulator"
wait "$emulator" || fail "the installed emulator: $(cat "$work/emulator.err")"
grep -q '^listening on http://127.0.0.1:' "$work/emulator.out" || fail "the installed emulator said: $(cat "$work/emulator.out")"
passed=$((passed + 1))

say 'find_package (g++, C++20)'
consume find_package -DCMAKE_CXX_COMPILER=g++ -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_CXX_STANDARD=20 -DCONSUME_OTHER_STANDARD=23 -DCONSUME_SQLITE_WITH=mcpawl
expect_run "$work/find_package/linked"
expect_run "$work/find_package/stored"
expect_run "$work/find_package/stored_redis"
expect_program "$work/find_package/twelve_lines"

# costs 45 CPU seconds
say 'examples/7_inventory, with what is installed: its own tests, and what it says without settings'
quietly cmake -S "$root/examples/7_inventory" -B "$work/inventory" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER=g++ \
  -DCMAKE_NO_SYSTEM_FROM_IMPORTED=ON \
  -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_FLAGS='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror'
quietly cmake --build "$work/inventory"
quietly ctest --test-dir "$work/inventory" --output-on-failure
status=0
(unset INVENTORY_FILE TEAM_DOMAIN POLICY_AUD && exec "$work/inventory/inventory") 2> "$work/inventory.err" || status=$?
[ "$status" = 2 ] || fail "without settings inventory ends with $status"
grep -q INVENTORY_FILE "$work/inventory.err" || fail "without settings inventory says: $(cat "$work/inventory.err")"
passed=$((passed + 1))

say "add_subdirectory ($clang, C++23)"
consume add_subdirectory -DCMAKE_CXX_COMPILER="$clang" -DCMAKE_CXX_STANDARD=23 -DCONSUME_OTHER_STANDARD=20 -DMCPAWL_COPY="$root" \
  -DCONSUME_SQLITE_WITH=header_only
expect_run "$work/add_subdirectory/linked"
expect_run "$work/add_subdirectory/stored"
expect_run "$work/add_subdirectory/stored_redis"
expect_program "$work/add_subdirectory/twelve_lines"

say 'FetchContent'
consume fetch_content -DFETCHCONTENT_SOURCE_DIR_MCPAWL="$root" -DCONSUME_LITTLE=ON
expect_run "$work/fetch_content/linked"

# ask_pkg_config PREFIX OPTION... - of what is installed there, and not of anything else of ours
ask_pkg_config() { PKG_CONFIG_PATH=$work/$1/share/pkgconfig pkg-config "${@:2}"; }

flags=$(ask_pkg_config prefix --cflags --libs "mcpawl_header_only = $version")
case $flags in *MCPAWL_SEPARATE_COMPILATION*) fail "mcpawl_header_only.pc says $flags" ;; esac
say 'pkg-config mcpawl_header_only: a plain g++ command'
# shellcheck disable=SC2086  # the options are words
quietly g++ -std=c++20 "$here/linked.cpp" -o "$work/by_pkg_config" $flags
expect_run "$work/by_pkg_config"

say 'pkg-config mcpawl'
flags=$(ask_pkg_config prefix --cflags --libs "mcpawl = $version")
source=$(ask_pkg_config prefix --variable=source mcpawl)
case $flags in *MCPAWL_SEPARATE_COMPILATION*) ;; *) fail "mcpawl.pc says $flags" ;; esac
[ -f "$source" ] || fail "there is no $source"
passed=$((passed + 1))

# compile_by_pkg_config NAME SOURCE - by Clang, which takes half as long as g++; prints the name of the object
compile_by_pkg_config() {
  local object
  object=$work/$1.$(basename "$2").o
  # what has been compiled already is not compiled again
  # shellcheck disable=SC2046,SC2086
  quietly ${CMAKE_CXX_COMPILER_LAUNCHER:-} "$clang" -std=c++20 -c "$2" -o "$object" $(ask_pkg_config prefix --cflags "$1 = $version")
  echo "$object"
}

# link_by_pkg_config PROGRAM NAME OTHER... - the program, with the options and the source of NAME, and the sources of the others
link_by_pkg_config() {
  local program=$1 library objects
  objects=("$(compile_by_pkg_config "$2" "$here/$1.cpp")")
  shift
  for library; do
    objects+=("$(compile_by_pkg_config "$library" "$(ask_pkg_config prefix --variable=source "$library")")")
  done
  # shellcheck disable=SC2046
  quietly "$clang" "${objects[@]}" -o "$work/$program" $(ask_pkg_config prefix --libs "$1 = $version")
  expect_run "$work/$program"
}

say 'pkg-config mcpawl_sqlite: its own source, and the store links'
link_by_pkg_config stored mcpawl_sqlite

say 'pkg-config mcpawl_postgres: its own source beside that of mcpawl, and the store in PostgreSQL links'
link_by_pkg_config shared_store mcpawl_postgres mcpawl

say 'pkg-config mcpawl_redis: its own source beside that of mcpawl, and the store links'
link_by_pkg_config stored_redis mcpawl_redis mcpawl

say "Meson subproject ($clang)"
mkdir -p "$work/meson/subprojects/mcpawl"
cp "$here/meson/meson.build" "$here"/*.cpp "$work/meson/"
for part in meson.build meson_options.txt cmake include tests examples bench; do
  [ ! -e "$root/$part" ] || ln -s "$root/$part" "$work/meson/subprojects/mcpawl/$part"
done
CXX=$clang quietly meson setup "$work/meson/build" "$work/meson"
quietly meson compile -C "$work/meson/build"
expect_run "$work/meson/build/linked"
expect_program "$work/meson/build/twelve_lines"
extra=$(find "$work/meson/build/subprojects" -type f -perm -u+x | head -n 3)
[ -z "$extra" ] || fail "the subproject built programs of its own: $extra"

say 'Meson install: the same files, and the same for pkg-config'
quietly meson setup "$work/meson_install" "$root" --prefix="$work/meson_prefix" \
  -Dtests=disabled -Dexamples=disabled -Dbench=disabled
quietly meson install -C "$work/meson_install"
diff -r "$work/prefix/include" "$work/meson_prefix/include"
diff -r "$work/prefix/share/mcpawl" "$work/meson_prefix/share/mcpawl"
for name in mcpawl mcpawl_header_only mcpawl_sqlite mcpawl_postgres mcpawl_redis; do
  # relative there, absolute here
  for prefix in prefix meson_prefix; do
    ask_pkg_config $prefix --cflags --libs "$name = $version" |
      sed "s|$work/$prefix/share/pkgconfig/../..|PREFIX|g; s|$work/$prefix|PREFIX|g" > "$work/$prefix.options"
  done
  diff "$work/prefix.options" "$work/meson_prefix.options"
done
source=$(ask_pkg_config meson_prefix --variable=source mcpawl)
[ -f "$source" ] || fail "there is no $source"
passed=$((passed + 1))

say 'what README and docs/install.md print, built as it stands'
"$here/as_printed.sh" "$work/prefix" "$clang"
passed=$((passed + 1))

say 'mcpawl_check_coroutines, installed and as a copy, CMake and Meson'
"$here/check_coroutines.sh" "$work/prefix"
passed=$((passed + 1))

say 'configure with a Boost that is too old'
quietly sh "$here/old_boost.sh" "$root"
passed=$((passed + 1))

echo "$passed ways to use mcpawl work"
