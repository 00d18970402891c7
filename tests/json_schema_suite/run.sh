#!/usr/bin/env bash
# tests/json_schema_suite/run.sh - every required test of the public JSON Schema Test Suite for 2020-12
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/json_schema_suite/run.sh [SUITE]
#
# SUITE is a checkout of the suite, or JSON_SCHEMA_TEST_SUITE names one. Without it the suite comes from the Debian
# package that ships it, at a pinned version where that is offered: installed, or else downloaded and unpacked below
# build/, which needs no rights and none of its dependencies. (The suite's npm package holds no tests; it fetches them from a git repository.)
#
# Builds the program with the preset dev, unless MCPAWL_JSON_SCHEMA_SUITE names it. No test is left out.
set -euo pipefail

package=libtest-json-schema-acceptance-perl
version=1.019-1
folder=usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance
known=1176  # so many tests that version has; later ones have more

cd "$(dirname "$0")/../.."
say() { printf 'json_schema_suite: %s\n' "$*"; }

suite=${1:-${JSON_SCHEMA_TEST_SUITE:-}}
if [ -z "$suite" ]; then
  if ! apt-cache show "$package=$version" > /dev/null 2>&1; then
    offered=$(apt-cache policy $package 2> /dev/null | sed -n 's/^ *Candidate: \([0-9].*\)/\1/p' || true)
    version=${offered:-$version}
  fi
  suite=build/json_schema_suite/$version/$folder
  if [ "$(dpkg-query -W -f='${Version}' $package 2> /dev/null)" = "$version" ]; then
    suite=/$folder
  elif [ ! -d "$suite" ]; then
    say "downloading the suite ($package $version)"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    chmod 755 "$work"
    if ! (cd "$work" && apt-get -q -o Acquire::Retries=3 download "$package=$version") > "$work/log" 2>&1; then
      cat "$work/log" >&2
      say 'the suite cannot be had; run apt-get update, or name a checkout of it in JSON_SCHEMA_TEST_SUITE' >&2
      exit 1
    fi
    dpkg-deb -x "$work/$package"_*.deb "$work/unpacked"
    mkdir -p build/json_schema_suite
    rm -rf "build/json_schema_suite/$version"
    mv "$work/unpacked" "build/json_schema_suite/$version"
  fi
fi
[ -d "$suite/tests/draft2020-12" ] || { say "there are no tests/draft2020-12 in $suite" >&2; exit 1; }

program=${MCPAWL_JSON_SCHEMA_SUITE:-}
if [ -z "$program" ]; then
  say 'building (nothing to do if it is up to date)'
  cmake --preset dev > /dev/null
  cmake --build --preset dev --target json_schema_suite
  program=build/dev/tests/json_schema_suite/json_schema_suite
fi

status=0
out=$("$program" "$suite") || status=$?
printf '%s\n' "$out"
[ "$status" = 0 ] || exit "$status"
ran=$(printf '%s\n' "$out" | sed -n 's/^\([0-9]*\) tests ran, 0 failed$/\1/p')
[ "${ran:-0}" -ge $known ] || { say "only ${ran:-0} tests ran, there should be $known or more" >&2; exit 1; }
