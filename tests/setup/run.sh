#!/usr/bin/env bash
# tests/setup/run.sh - cmake/setup.sh chooses the right packages from what each system offers
# SPDX-License-Identifier: BSL-1.0
#
# debian-*.txt are what `offered_packages` printed on these systems, sorted; ubuntu-*.txt are composed from the public
# package pages, and begin with a line that says so. Nothing is installed: the commands that would do it are recorded.
set -euo pipefail
cd "$(dirname "$0")"
unset MCPAWL_NO_INSTALL  # what whoever runs the tests has chosen is no part of them
# shellcheck source=cmake/setup.sh
. ../../cmake/setup.sh

cases=0
errors=0

# equal WHAT EXPECTED GOT
equal() {
  cases=$((cases + 1))
  [ "$2" != "$3" ] || return 0
  printf '%s\n  expected: %s\n  got:      %s\n' "$1" "$2" "$3"
  errors=$((errors + 1))
}

# ---------------------------------------------------------------------------------------------- choosing

# system; newest Boost with json, url and test; newest Clang
while IFS='|' read -r system boost clang; do
  equal "$system: Boost" "$boost" "$(newest_boost json url test < "$system.txt")"
  equal "$system: Clang" "$clang" "$(choose_clang < "$system.txt")"
done << 'END'
debian-12|1.81|19
debian-13|1.88|19
debian-sid|1.92|19
ubuntu-24.04|1.83|19
ubuntu-26.04|1.90|19
END

# libraries wanted; packages offered; Boost chosen
while IFS='|' read -r libraries packages boost; do
  # shellcheck disable=SC2086  # they are words
  equal "Boost with $libraries of $packages" "$boost" "$(printf '%s - text\n' $packages | newest_boost $libraries)"
done << 'END'
json|libboost1.74-dev|
json|libboost1.80-dev libboost-json1.80-dev|
json|libboost1.81-dev libboost-json1.81-dev|1.81
json|libboost1.100-dev libboost-json1.100-dev libboost1.99-dev libboost-json1.99-dev|1.100
json|libboost2.0-dev libboost-json2.0-dev libboost1.99-dev libboost-json1.99-dev|2.0
json url|libboost1.92-dev libboost-json1.92-dev libboost1.90-dev libboost-json1.90-dev libboost-url1.90-dev|1.90
json url|libboost1.92-dev libboost-json1.92-dev|
json|libboost-json1.90-dev|
json|libboost-dev libboost-json-dev|
|libboost1.81-dev|1.81
|libboost1.74-dev libboost1.81.0|
END

while IFS='|' read -r packages clang; do
  # shellcheck disable=SC2086  # they are words
  equal "Clang of $packages" "$clang" "$(printf '%s - text\n' $packages | choose_clang)"
done << 'END'
clang-14 libclang-rt-14-dev|
clang-16 libclang-rt-16-dev clang-15 libclang-rt-15-dev|16
clang-23 libclang-rt-23-dev clang-19 libclang-rt-19-dev clang-22 libclang-rt-22-dev|19
clang-23 libclang-rt-23-dev clang-19 clang-22 libclang-rt-22-dev|23
clang-23 clang-22 libclang-rt-22-dev|22
clang-9 libclang-rt-9-dev clang-21 libclang-rt-21-dev clang-100 libclang-rt-100-dev|100
|
END

# ---------------------------------------------------------------------------------------------- what the compiler finds

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/boost/include/boost"
for version in 107400 108000 108100 109200 200000; do
  echo "#define BOOST_VERSION $version" > "$work/boost/include/boost/version.hpp"
  equal "a compiler that finds Boost $version" "$([ $version -ge 108100 ] && echo yes)" \
    "$(Boost_ROOT=$work/boost compiler_has_boost && echo yes)"
done
equal 'a compiler that finds Boost without the library' '' "$(Boost_ROOT=$work/boost compiler_has_boost no_such_library && echo yes)"

# clang_there NAME VERSION [BROKEN] - a compiler that says it has this version; a broken one has no sanitizers
clang_there() {
  # shellcheck disable=SC2016  # the compiler expands them
  printf '#!/bin/sh\n[ "$1" != -dumpversion ] || { echo %s; exit 0; }\nexit %s\n' "$2" "$([ $# = 2 ]; echo $?)" > "$work/$1"
  chmod +x "$work/$1"
}
# found - what find_clang says where there are only these
# shellcheck disable=SC2317  # find_clang calls it
found() { (PATH=$work:$(dirname "$(command -v seq)"); hash -r; command() { [ -x "$work/$2" ]; }; find_clang) || true; rm -f "$work"/clang*; }
clang_there clang++-14 14.0.6; clang_there clang++ 14.0.6
equal 'Clang 14' '' "$(found)"
clang_there clang++-16 16.0.6; clang_there clang++-22 22.1.2; clang_there clang++ 14.0.6
equal 'Clang 16 and 22' clang++-22 "$(found)"
clang_there clang++-19 19.1.7; clang_there clang++-22 22.1.2
equal 'Clang 19 and 22' clang++-19 "$(found)"
clang_there clang++-19 19.1.7 broken; clang_there clang++-22 22.1.2
equal 'Clang 19 without its sanitizers' clang++-22 "$(found)"
clang_there clang++ 21.1.0
equal 'a Clang without a version in its name' clang++ "$(found)"
equal 'no Clang' '' "$(found)"

# ---------------------------------------------------------------------------------------------- installing

# A system made of three texts: what it offers, which packages are installed, which commands and libraries were put there
# by hand.
system=
installed=
by_hand=
offered_packages() { cat "$system.txt"; }
is_installed() { case " $installed " in *" $1 "*) ;; *) return 1 ;; esac; }
is_there() { is_installed "$1" || case " $by_hand " in *" $1 "*) ;; *) return 1 ;; esac; }
# shellcheck disable=SC2086  # they are words
installed_boost() { printf '%s\n' $installed | grep '^libboost.*-dev$' || true; }
compiler_has_boost() { case " $by_hand " in *' boost '*) ;; *) return 1 ;; esac; }
find_clang() {
  local word
  for word in $by_hand $installed; do
    case $word in
      clang) echo clang++; return ;;
      clang-[0-9]*) if is_installed "libclang-rt-${word#clang-}-dev"; then echo "clang++-${word#clang-}"; return; fi ;;
    esac
  done
  return 1
}
as_root() {
  local words=$*
  case $words in
    *' install '*) echo "install ${words##* install }" ;;
    *' update') ;;
    *) echo "unexpected: $words" ;;
  esac
}
id() { echo 0; }
# the messages that tell what was done, without the seconds
say() { case "$*" in FAILED* | *'nothing is missing'*) echo "$*" ;; esac; }

quick='g++ cmake boost-json boost-url boost-test libssl-dev'

# system; installed; there by hand; wanted; what happens: all that is said must hold these words
while IFS='|' read -r system installed by_hand wanted expected; do
  [ "$wanted" != quick ] || wanted=$quick
  # shellcheck disable=SC2086  # they are words
  got=$(install_missing $wanted 2>&1) || true
  case $expected in
    *...) case $got in "${expected%...}"*) got=$expected ;; esac ;;
  esac
  equal "$system with $installed${by_hand:+ and by hand $by_hand}, wanted: $wanted" "$expected" "$got"
done << 'END'
debian-12|||quick|install g++ cmake libssl-dev libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libboost-test1.81-dev
debian-13|||quick|install g++ cmake libssl-dev libboost1.88-dev libboost-json1.88-dev libboost-url1.88-dev libboost-test1.88-dev
debian-sid|||quick|install g++ cmake libssl-dev libboost1.92-dev libboost-json1.92-dev libboost-url1.92-dev libboost-test1.92-dev
ubuntu-24.04|||quick|install g++ cmake libssl-dev libboost1.83-dev libboost-json1.83-dev libboost-url1.83-dev libboost-test1.83-dev
ubuntu-26.04|||quick|install g++ cmake libssl-dev libboost1.90-dev libboost-json1.90-dev libboost-url1.90-dev libboost-test1.90-dev
debian-13|g++ cmake libssl-dev libboost1.83-dev||quick|install libboost-json1.83-dev libboost-url1.83-dev libboost-test1.83-dev
debian-13|g++ cmake libssl-dev libboost1.83-dev libboost-json1.83-dev libboost-url1.83-dev libboost-test1.83-dev||quick|packages: nothing is missing
debian-12|g++ cmake libssl-dev|boost|quick|packages: nothing is missing
debian-12|libssl-dev|g++ cmake boost|quick|packages: nothing is missing
debian-12|libboost1.74-dev|boost|boost-json|packages: nothing is missing
debian-12|libboost1.74-dev libboost-test1.74-dev||boost-json|FAILED: packages: libboost1.74-dev, which libboost-dev may have brought, is older than 1.81 and conflicts with libboost1.81-dev; remove it first: apt-get remove libboost1.74-dev
ubuntu-24.04|libboost1.74-dev||boost-json|FAILED: packages: libboost1.74-dev, which libboost-dev may have brought, is older than 1.81 and conflicts with libboost1.83-dev; remove it first: apt-get remove libboost1.74-dev
none|g++||boost-json|FAILED: packages: this system offers no Boost of version 1.81 or newer with: json...
debian-12|||clang|install clang-19 libclang-rt-19-dev
debian-13|clang-22 libclang-rt-22-dev||clang|packages: nothing is missing
debian-13|clang-19||clang|install libclang-rt-19-dev
debian-13||clang|clang|packages: nothing is missing
debian-13|clang-22 libclang-rt-22-dev||clang clang-tidy|install clang-tidy-22
debian-13|||clang-tidy|install clang-19 libclang-rt-19-dev clang-tidy-19
debian-13||clang|clang-tidy|install clang-tidy
none|||clang|FAILED: packages: this system offers no Clang of version 16 or newer with its sanitizers
debian-12|g++||g++|packages: nothing is missing
END

export MCPAWL_NO_INSTALL=1
system=debian-13 installed='' by_hand=''
equal 'without leave to install' 'FAILED: packages: MCPAWL_NO_INSTALL is set, and this is missing: g++ libboost1.88-dev libboost-json1.88-dev' \
  "$(install_missing g++ boost-json 2>&1 || true)"
unset MCPAWL_NO_INSTALL

# ---------------------------------------------------------------------------------------------- other systems

while IFS='|' read -r where wanted names; do
  # shellcheck disable=SC2086  # they are words
  equal "$where: $wanted" "$names" "$(names_on $where $wanted)"
done << 'END'
fedora|g++ cmake ninja-build boost-json boost-url libssl-dev libgd-dev libsqlite3-dev curl|gcc-c++ cmake ninja-build boost-devel openssl-devel gd-devel sqlite-devel curl
arch|g++ cmake ninja-build boost-json boost-url libssl-dev libgd-dev libsqlite3-dev curl|gcc cmake ninja boost openssl gd sqlite curl
homebrew|g++ cmake ninja-build boost-json boost-url libssl-dev libgd-dev libsqlite3-dev curl|cmake ninja boost openssl@3 gd sqlite curl
fedora|libpq-dev curl|libpq-devel curl
arch|libpq-dev|postgresql-libs
homebrew|libpq-dev|libpq
fedora|clang clang-tidy meson|clang compiler-rt clang-tools-extra meson
arch|clang clang-tidy|clang compiler-rt
homebrew|clang clang-tidy nodejs npm|llvm node
END

while IFS='|' read -r family release; do
  printf '%b' "$release" > "$work/os-release"
  equal "the family of $release" "$family" "$(system_family "$work/os-release")"
done << 'END'
fedora|NAME="Fedora Linux"\nID=fedora\n
fedora|ID="rocky"\nID_LIKE="rhel centos fedora"\n
arch|ID=arch\n
arch|ID=manjaro\nID_LIKE=arch\n
other|ID=alpine\n
other|ID=opensuse-leap\nID_LIKE="suse opensuse"\n
END
equal 'the family of nothing' other "$(system_family "$work/none")"

# Every package that the scripts ask for has a name on each other system.
asked=$(cat ../run.sh ../../examples/run.sh |
  awk '/^packages[a-z_]*=\(/ { inside = 1; sub(/.*\(/, "") }
    inside { ends = /\)/; sub(/\).*/, ""); for (i = 1; i <= NF; i++) if ($i !~ /\$/) print $i; if (ends) inside = 0 }' | sort -u)
equal 'packages that the scripts ask for' yes "$([ "$(echo "$asked" | wc -l)" -ge 12 ] && echo yes)"
for package in $asked; do
  case $package in cmake | curl | meson | ninja-build) continue ;; esac
  for where in fedora arch homebrew; do
    equal "$where has a name of its own for $package" yes "$([ "$(names_on "$where" "$package")" != "$package" ] && echo yes)"
  done
done

[ "$errors" = 0 ] || { echo "$errors of $cases cases of tests/setup are wrong"; exit 1; }
echo "$cases cases of choosing packages are right"
