#!/bin/sh
# tests/readme/snippets.sh - compile every C++ snippet of a page by itself
# SPDX-License-Identifier: BSL-1.0
#
# usage: snippets.sh COMPILER SOURCE_DIR PAGE [OPTION...]        PAGE is README.md or docs/NAME.md
#
# Each page is a test, so that none takes long and they run beside each other. The tutorial is none: tests/readme/tutorial.sh builds
# what it shows.
set -eu
compiler=$1 root=$2 page=$3
shift 3
case $compiler in *clang*) ;; *) set -- --param=ggc-min-heapsize=2000000 "$@" ;; esac  # g++ collects garbage for a sixth of its time
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

awk -v file="$folder/snippet" '
  /^```cpp$/ { inside = 1; to = file "_" ++count ".cpp"; next }
  /^```/     { inside = 0 }
  inside     { print > to }
' "$root/$page"

found=0
for file in "$folder"/*.cpp; do
  [ -e "$file" ] || break
  "$compiler" -std=c++20 -fsyntax-only -DMCPAWL_SEPARATE_COMPILATION -DMCPAWL_COROUTINES_CHECKED -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror \
    "-I$root/include" "$@" "$file" || { echo "in $page, $(basename "$file" .cpp), counted from 1"; exit 1; }
  found=$((found + 1))
done
echo "$found snippets compiled"
[ "$found" -ge 1 ]
