#!/bin/sh
# tests/public_names/check.sh - docs/public_names.md lists what users may name, and examples and docs name nothing else
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/public_names/check.sh ROOT
#
# A row of the page is `| header | names |`, each in backticks. Refused are: a name that its header does not declare, a name that a
# listed header declares outside of `detail` and the page does not have, and a name behind `mcpawl::` in README, docs, examples or
# the programs of tests/consume that is not on the page. Prints a line for each mistake; exits with 1 if there is one.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

page=docs/public_names.md
awk -F '|' '/^\| `mcpawl\// {
  gsub(/[` ]/, "", $2)
  count = split($3, parts, "`")
  for (i = 2; i <= count; i += 2) print $2, parts[i]
}' "$page" | sort > "$work/listed"
[ -s "$work/listed" ] || { echo "$page lists nothing"; exit 1; }
cut -d ' ' -f 1 "$work/listed" | sort -u > "$work/headers"
(cd include && xargs awk -f "$here/declared.awk") < "$work/headers" | sort > "$work/declared"

{
  comm -23 "$work/listed" "$work/declared" | sed "s|^\\(.*\\) \\(.*\\)|$page: \\2 is not declared in \\1|"
  comm -13 "$work/listed" "$work/declared" | sed "s|^\\(.*\\) \\(.*\\)|$page: \\2 of \\1 is missing|"

  # the longest beginning of `a::b::c` that is listed will do: what follows is a member
  grep -oE 'mcpawl::[a-z_0-9]+(::[a-z_0-9]+)*' README.md docs/*.md examples/*/*.?pp tests/consume/*.cpp |
    awk -v others='mcpawl header_only compiled sqlite postgres redis make_error_code make_error_condition' '
      BEGIN { split(others, words, " "); for (i in words) known[words[i]] = 1 }
      NR == FNR { known[$2] = 1; next }
      {
        split($0, at, ":"); name = $0; sub(/^[^:]*:mcpawl::/, "", name); rest = name
        while (!(rest in known) && sub(/::[^:]*$/, "", rest)) {}
        if (!(rest in known)) print at[1] ": mcpawl::" name " is not in docs/public_names.md"
      }' "$work/listed" - | sort -u
} > "$work/mistakes"

if [ -s "$work/mistakes" ]; then
  cat "$work/mistakes"
  exit 1
fi
echo "$(wc -l < "$work/listed") public names of $(wc -l < "$work/headers") headers"
