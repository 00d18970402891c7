#!/usr/bin/env bash
# tests/consume/run.sh - use mcpawl in each way that another project can
#
# usage: tests/consume/run.sh        builds in a temporary folder; needs cmake, ninja, meson, pkg-config and g++
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0

say() { echo "-- $*"; }

# quietly COMMAND... - show what a command printed only when it fails
quietly() {
  "$@" > "$work/log" 2>&1 || { cat "$work/log"; echo "failed: $*"; exit 1; }
}

# expect_run PROGRAM - the program must say that all of mcpawl's libraries are there
expect_run() {
  local output
  output=$("$1")
  [ "$output" = 'mcpawl is usable' ] || { echo "$1 said: $output"; exit 1; }
  passed=$((passed + 1))
}

say 'install (cmake --install), then move the installed tree'
quietly cmake -S "$root" -B "$work/build" -G Ninja -DCMAKE_INSTALL_PREFIX="$work/first" \
  -DMCPAWL_BUILD_TESTS=OFF -DMCPAWL_BUILD_EXAMPLES=OFF -DMCPAWL_BUILD_BENCH=OFF
quietly cmake --install "$work/build"
mv "$work/first" "$work/prefix"
left_out=$(cd "$root/include" && find . -name '*.?pp' | while read -r header; do [ -f "$work/prefix/include/$header" ] || echo "$header"; done)
[ -z "$left_out" ] || { echo "not installed: $left_out"; exit 1; }
passed=$((passed + 1))

say 'find_package: the twelve-line server, header-only and with mcpawl::compiled, -O2, warnings are errors'
quietly cmake -S "$here/find_package" -B "$work/find_package" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_CXX_FLAGS_RELEASE=-O2 -DCMAKE_PREFIX_PATH="$work/prefix"
quietly cmake --build "$work/find_package"
[ -x "$work/find_package/twelve_lines" ] && [ -x "$work/find_package/twelve_lines_compiled" ]
passed=$((passed + 1))

say 'find_package: the component sqlite'
quietly cmake -S "$here/find_sqlite" -B "$work/find_sqlite" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix"
quietly cmake --build "$work/find_sqlite"
expect_run "$work/find_sqlite/stored"

say 'the README shows the same twelve lines'
awk '/^```cpp$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' "$root/README.md" | diff - "$here/twelve_lines.cpp"
passed=$((passed + 1))

say 'pkg-config: a plain g++ command'
# shellcheck disable=SC2046  # the options are words
quietly g++ -std=c++20 "$here/linked.cpp" -o "$work/by_pkg_config" \
  $(PKG_CONFIG_PATH="$work/prefix/share/pkgconfig" pkg-config --cflags --libs mcpawl)
expect_run "$work/by_pkg_config"

say 'add_subdirectory'
quietly cmake -S "$here/add_subdirectory" -B "$work/add_subdirectory" -G Ninja -DMCPAWL_COPY="$root"
quietly cmake --build "$work/add_subdirectory"
expect_run "$work/add_subdirectory/linked"

say 'FetchContent'
quietly cmake -S "$here/fetch_content" -B "$work/fetch_content" -G Ninja -DFETCHCONTENT_SOURCE_DIR_MCPAWL="$root"
quietly cmake --build "$work/fetch_content"
expect_run "$work/fetch_content/linked"

say 'Meson subproject'
mkdir -p "$work/meson/subprojects/mcpawl"
cp "$here/meson/meson.build" "$here/linked.cpp" "$here/twelve_lines.cpp" "$work/meson/"
for part in meson.build meson_options.txt cmake include tests examples bench; do
  [ ! -e "$root/$part" ] || ln -s "$root/$part" "$work/meson/subprojects/mcpawl/$part"
done
quietly meson setup "$work/meson/build" "$work/meson"
quietly meson compile -C "$work/meson/build"
expect_run "$work/meson/build/linked"
extra=$(find "$work/meson/build/subprojects" -type f -perm -u+x | head -n 3)
[ -z "$extra" ] || { echo "the subproject built programs of its own: $extra"; exit 1; }

say 'Meson install'
quietly meson setup "$work/meson_install" "$root" --prefix="$work/meson_prefix" \
  -Dtests=disabled -Dexamples=disabled -Dbench=disabled
quietly meson install -C "$work/meson_install"
diff -r "$work/prefix/include" "$work/meson_prefix/include"
# shellcheck disable=SC2046
quietly g++ -std=c++20 "$here/linked.cpp" -o "$work/by_meson_pkg_config" \
  $(PKG_CONFIG_PATH="$work/meson_prefix/share/pkgconfig" pkg-config --cflags --libs mcpawl)
expect_run "$work/by_meson_pkg_config"

say "configure with Debian's default Boost"
quietly sh "$here/old_boost.sh" "$root"
passed=$((passed + 1))

echo "$passed ways to use mcpawl work"
