#!/bin/sh
# tests/readme/snippets.sh - compile every C++ snippet of the README and of docs/ by itself
# SPDX-License-Identifier: BSL-1.0
#
# usage: snippets.sh COMPILER SOURCE_DIR [OPTION...]
#
# The tutorial is left out: tests/readme/tutorial.sh builds what it shows.
set -eu
compiler=$1 root=$2
shift 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for page in "$root/README.md" "$root"/docs/*.md; do
  name=$(basename "$page" .md)
  [ "$name" = tutorial ] || awk -v file="$folder/$name" '
    /^```cpp$/ { inside = 1; to = file "_" ++count ".cpp"; next }
    /^```/     { inside = 0 }
    inside     { print > to }
  ' "$page"
done

found=0
for file in "$folder"/*.cpp; do
  [ -e "$file" ] || break
  "$compiler" -std=c++20 -fsyntax-only -DMCPAWL_SEPARATE_COMPILATION -DMCPAWL_COROUTINES_CHECKED -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror \
    "-I$root/include" "$@" "$file" || { echo "in $(basename "$file" .cpp), counted from 1"; exit 1; }
  found=$((found + 1))
done
echo "$found snippets compiled"
[ "$found" -ge 11 ]
