#!/bin/sh
# tests/readme/revisions.sh - the table of revisions in docs/protocol.md names all of them, and the tests that hold its rows
# SPDX-License-Identifier: BSL-1.0
#
# usage: revisions.sh SOURCE_DIR
set -eu
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
complain() { echo "docs/protocol.md, table of revisions: $1"; exit 1; }

sed -n '/^| | 2024/,/^$/p' docs/protocol.md | sed '/^$/d' > "$work/table"
[ -s "$work/table" ] || complain 'it is not there'

sed -n 's/.*revision::v[0-9_]*, "\([0-9-]*\)".*/\1/p' include/mcpawl/mcp/types/revision.hpp > "$work/known"
head -n 1 "$work/table" | grep -o '20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]' > "$work/named"
diff "$work/known" "$work/named" || complain 'its columns are not the revisions there are'

columns=$(head -n 1 "$work/table" | tr -cd '|' | wc -c)
sed 1,2d "$work/table" | while IFS= read -r row; do
  [ "$(printf %s "$row" | tr -cd '|' | wc -c)" = "$columns" ] || complain "a row has too many cells or too few: $row"
  tests=$(printf '%s\n' "$row" | awk -F'|' '{ print $(NF - 1) }' | grep -o '`[^`]*`' | tr -d '`') ||
    complain "no test holds the row: $row"
  for name in $tests; do
    [ -e "tests/wire/$name.cpp" ] || [ -d "tests/wire/$name" ] || complain "there is no test $name"
    echo "$name"
  done
done > "$work/held" || { cat "$work/held"; exit 1; }

# and the other way round: what the tests hold is told
for file in tests/wire/*.cpp; do
  name=$(basename "$file" .cpp)
  case $name in hostile | load | rows) continue ;; esac # of no revision in particular
  grep -qx "$name" "$work/held" || complain "nothing in it is held by $file"
done
echo "$(($(wc -l < "$work/table") - 2)) rows, each held by a test"
