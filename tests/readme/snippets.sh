#!/bin/sh
# tests/readme/snippets.sh - compile every C++ snippet of the README by itself
#
# usage: snippets.sh COMPILER README INCLUDE_DIR [OPTION...]
set -eu
compiler=$1 readme=$2 include=$3
shift 3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

awk -v folder="$folder" '
  /^```cpp$/ { inside = 1; file = sprintf("%s/snippet%d.cpp", folder, ++count); next }
  /^```/     { inside = 0 }
  inside     { print > file }
' "$readme"

found=0
for file in "$folder"/snippet*.cpp; do
  [ -e "$file" ] || break
  "$compiler" -std=c++20 -fsyntax-only -DMCPAWL_SEPARATE_COMPILATION -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror "-I$include" "$@" "$file"
  found=$((found + 1))
done
echo "$found snippets compiled"
[ "$found" -ge 2 ]
