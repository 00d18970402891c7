#!/usr/bin/env bash
# tests/readme/tutorial.sh - follow docs/tutorial.md to the letter
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/readme/tutorial.sh        needs cmake, ninja, g++ and curl; costs two minutes of two processors where ccache knows nothing
#
# In an empty folder with a copy of the checkout as `mcpawl`: a block under a line **`NAME`** is written to that file, a block of shell
# is run. A step that fails, or a program that does not end with 0, fails the test.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=cmake/setup.sh
. "$root/cmake/setup.sh"
# shellcheck disable=SC2034  # say reads it
say_as=tutorial
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy_checkout "$root" "$work/mcpawl"  # no link: it is configured and built under its name there

awk -v work="$work" '
  /^## [0-9]/           { printf "echo \"step %s\"\n", substr($0, 4) > (work "/steps.sh") }
  /^\*\*`[^`]+`\*\*$/   { name = $0; gsub(/[*`]/, "", name) }
  /^```sh$/             { inside = 1; to = work "/steps.sh"; next }
  /^```(cpp|cmake)$/    { if (name == "") { print "a block has no name: line " NR; exit 1 }
                          inside = 1; marker = "END_OF_FILE_" ++files; to = work "/steps.sh"
                          printf "cat > %s <<\"%s\"\n", name, marker > to; next }
  /^```$/               { if (inside && name != "") print marker > to; inside = 0; name = "" }
  inside                { print > to }
' "$root/docs/tutorial.md"

steps=$(grep -c '^echo "step' "$work/steps.sh")
[ "$steps" -ge 5 ] || fail "only $steps steps are found"
cd "$work"
export CMAKE_BUILD_PARALLEL_LEVEL=${MCPAWL_JOBS:-$(cores)}
# whatever a step has left running when it fails
quietly bash -euo pipefail -c 'trap "kill \$(jobs -p) 2> /dev/null || true" EXIT; . ./steps.sh'
say "$steps steps work"
