#!/bin/sh
# tests/consume/version.sh - mcpawl/version.hpp says one version, and Meson and the README say the same
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/consume/version.sh COMPILER ROOT        CMake reads the header
set -eu
compiler=${1:?usage: $0 COMPILER ROOT} root=${2:?usage: $0 COMPILER ROOT}
bad=''
complain() { echo "$1" >&2; bad=1; }

macros() { printf '%s\n' "$1" | "$compiler" -E -P -x c++ "-I$root/include" -include mcpawl/version.hpp - | tr -d ' "\n'; }
dots=$(macros 'MCPAWL_VERSION_MAJOR.MCPAWL_VERSION_MINOR.MCPAWL_VERSION_PATCH')
spelt=$(macros MCPAWL_VERSION_STRING)
[ "$dots" = "$spelt" ] || complain "the parts are $dots, the text is $spelt"
case $dots in *[!0-9.]* | '') complain "that is no version: $dots" ;; esac

major=${dots%%.*} minor=${dots#*.} patch=${dots##*.}
minor=${minor%.*}
number=$(($(macros MCPAWL_VERSION)))
[ "$number" = $((major * 10000 + minor * 100 + patch)) ] || complain "the number is $number for $dots"

meson=$(sed -n "s/.*project('mcpawl'.* version: '\([^']*\)'.*/\1/p" "$root/meson.build")
[ "$meson" = "$dots" ] || complain "meson.build says $meson, the header $dots"
grep -q "find_package(mcpawl $major.$minor " "$root/README.md" || complain "the README does not find_package(mcpawl $major.$minor ...)"

[ -z "$bad" ] || exit 1
echo "version $dots"
