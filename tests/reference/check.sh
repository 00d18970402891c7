#!/bin/sh
# tests/reference/check.sh - make the API reference of the public headers by Doxygen; what it warns of is refused
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/reference/check.sh ROOT
#
# The pages are in ROOT/build/reference/html. Each name of docs/public_names.md needs a comment; a member needs one where its name does
# not say what it is. A function that returns a `result` says which errors it can hold, or its class does.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
page=docs/public_names.md
out=build/reference
rm -rf "$out"
mkdir -p "$out"

headers=$(sed -n 's,^| `\(mcpawl/[^`]*\)` .*,include/\1,p' "$page" | sort -u)
[ -n "$headers" ] || { echo "$page lists no header"; exit 1; }
{
  cat docs/Doxyfile
  echo "PROJECT_NUMBER = $(sed -n 's/^#define MCPAWL_VERSION_STRING "\(.*\)"/\1/p' include/mcpawl/version.hpp)"
  echo "OUTPUT_DIRECTORY = $out"
  echo 'INPUT = docs/reference.dox'
  for header in $headers; do echo "INPUT += $header"; done
} > "$out/Doxyfile"

# it says some things several times
if ! doxygen "$out/Doxyfile" > "$out/warnings" 2>&1; then
  awk '!seen[$0]++' "$out/warnings"
  exit 1
fi

# what has no comment is in the pages, too, so it takes a second look to miss it
echo 'EXTRACT_ALL = NO
WARN_AS_ERROR = NO
GENERATE_HTML = NO
GENERATE_XML = YES' | cat "$out/Doxyfile" - > "$out/Doxyfile.undocumented"
doxygen "$out/Doxyfile.undocumented" 2>&1 |
  grep -E ' (Compound .*|Member .* of namespace .*)is not documented' > "$out/undocumented" || true
awk -f "$here/errors.awk" "$out"/xml/*.xml >> "$out/undocumented"
rm -rf "$out/xml"
if [ -s "$out/undocumented" ]; then
  cat "$out/undocumented"
  exit 1
fi
echo "the reference of $(echo "$headers" | wc -l) headers: $out/html/index.html"
