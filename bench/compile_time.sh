#!/usr/bin/env bash
# bench/compile_time.sh - what a file of a user costs to compile, in CPU seconds of one compiler
# SPDX-License-Identifier: BSL-1.0
#
# usage: bench/compile_time.sh [COMPILER]        the default is g++; with -O2 and the defines of mcpawl::mcpawl
#
# Prints a Markdown table: the file, the median of three compilations, the mark, and the ratio to a file that includes nothing but the
# parts of Asio, Boost.JSON and Boost.URL that mcpawl.hpp does, which takes out how fast the machine is. Exits with 1 if a mark is
# missed; the marks are for g++ 12 on an idle machine of 2025. Takes about four minutes.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
compiler=${1:-g++}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo '#include <mcpawl/mcpawl.hpp>' > "$work/empty.cpp"
{
  cat "$work/empty.cpp"
  for i in 0 1 2 3 4 5 6 7 8 9; do
    printf 'struct in_%d { std::string name; int count = 1; std::optional<double> weight; };\n' $i
    printf 'struct out_%d { std::string text; std::vector<int> values; };\n' $i
    printf 'out_%d tool_%d(in_%d in) { return {in.name, {in.count}}; }\n' $i $i $i
  done
  echo 'void add_tools(mcpawl::server<>& srv) {'
  for i in 0 1 2 3 4 5 6 7 8 9; do printf '  srv.tool("tool_%d", "Do it.", tool_%d);\n' $i $i; done
  echo '}'
} > "$work/ten_tools.cpp"
cp "$root/tests/consume/twelve_lines.cpp" "$work/twelve_lines.cpp"
awk '/^```cpp$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' "$root/docs/access_for_saas.md" > "$work/saas_main.cpp"
# what is left of mcpawl.hpp without mcpawl
grep -rhoE '^#include <boost/(asio|json|url|system)[^>]*>' $("$compiler" -std=c++20 -MM -DMCPAWL_SEPARATE_COMPILATION \
  -DMCPAWL_COROUTINES_CHECKED -I "$root/include" "$work/empty.cpp" | tr ' \\' '\n\n' | grep "^$root/include") | sort -u > "$work/boost_alone.cpp"

# seconds FILE - the user's CPU seconds of one compilation
seconds() {
  local TIMEFORMAT=%U
  { time "$compiler" -std=c++20 -O2 -DMCPAWL_SEPARATE_COMPILATION -DMCPAWL_COROUTINES_CHECKED -I "$root/include" -c "$1" -o "$work/out.o" \
    2> "$work/messages" || { cat "$work/messages" >&2; kill $$; }; } 2>&1
}
# median FILE
median() { for _ in 1 2 3; do seconds "$1"; done | sort -n | sed -n 2p; }

base=$(median "$work/boost_alone.cpp")
missed=0
echo "| file | CPU seconds of $("$compiler" -dumpfullversion) -O2 | mark | times Boost's headers alone |"
echo '|---|---|---|---|'
echo "| Boost's headers alone | $base | | 1 |"
for row in 'empty.cpp 3.5' 'twelve_lines.cpp 6.5' 'ten_tools.cpp 8' 'saas_main.cpp 9'; do
  file=${row% *} mark=${row#* }
  took=$(median "$work/$file")
  ratio=$(awk "BEGIN { printf \"%.2f\", $took / $base }")
  echo "| \`${file%.cpp}\` | $took | $mark | $ratio |"
  awk "BEGIN { exit !($took > $mark) }" && missed=1
done
exit $missed
