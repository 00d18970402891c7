#!/bin/sh
# tests/format/check.sh - every file names its licence, has no metaphor for what has a name, and is as clang-format 19 writes it
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/format/check.sh ROOT          print a line for each place that is not; exits with 1 if there is one
#        tests/format/check.sh ROOT --fix    format instead
set -eu

cd "$1"
program=clang-format-19
if ! command -v "$program" > /dev/null; then
  program=clang-format
  case $("$program" --version 2> /dev/null) in
    *' version 19.'*) ;;
    *) echo 'clang-format 19 is missing (Debian and Ubuntu: the package clang-format-19)'; exit 1 ;;
  esac
fi

sources() { find include examples tests bench cmake \( -name node_modules -o -name build \) -prune -o -name '*.[chi]pp' -print; }
# scripts, and what the build systems read; package-lock.json and other data are none
scripts() {
  find .ci CMakeLists.txt meson.build meson_options.txt include examples tests bench cmake \( -name node_modules -o -name build \) -prune -o \
    -type f \( -name '*.sh' -o -name '*.py' -o -name '*.mjs' -o -name '*.cmake' -o -name meson.build -o -name meson_options.txt \
    -o -name CMakeLists.txt -o -path .ci/run \) -print
}
format() { sources | sort | xargs -n 64 -P "$(nproc 2> /dev/null || echo 1)" "$program" --style=file "$@"; }

if [ "${2:-}" = --fix ]; then
  format -i
else
  # what must not compile begins with what the compiler must say, and the twelve lines are those of the README
  unnamed=$(
    sources | grep -vE '^tests/(compile_fail/|consume/twelve_lines)' | xargs grep -L '^// SPDX-License-Identifier: BSL-1.0$' || true
    scripts | xargs grep -LE '^(#|//) SPDX-License-Identifier: BSL-1.0$' || true
  )
  [ -z "$unnamed" ] || { echo "$unnamed" | sed 's/$/: there is no line `SPDX-License-Identifier: BSL-1.0` in a comment/'; exit 1; }
  # one thing, one word, and it is that of the specification or of the field; a vector has lanes
  metaphors=$({ sources; scripts; find ./*.md docs -name '*.md'; } | grep -vE '^(tests/format/check.sh|include/mcpawl/crypto/ifma_multiply.hpp)$' |
    xargs grep -nwiE '([a-z_]+_)?(bell|door|entrance|errand|lane|voucher)s?(_[a-z_]*)?' /dev/null || true)
  [ -z "$metaphors" ] || { echo "$metaphors" | sed 's/$/: a metaphor: use the word of the field/'; exit 1; }
  format --dry-run -Werror || { echo "tests/format/check.sh . --fix formats what is named above"; exit 1; }
  echo "$(sources | wc -l) files are formatted, and $(scripts | wc -l) scripts name their licence"
fi
