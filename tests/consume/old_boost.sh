#!/bin/sh
# tests/consume/old_boost.sh - CMake must say what to do when it finds Boost 1.74, which Debian 12 calls libboost-dev
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/consume/old_boost.sh ROOT
set -eu
root=${1:?usage: $0 ROOT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# the two files by which CMake finds a Boost
mkdir -p "$work/Boost-1.74.0"
echo 'set(Boost_FOUND 1)' > "$work/Boost-1.74.0/BoostConfig.cmake"
cat > "$work/Boost-1.74.0/BoostConfigVersion.cmake" <<'END'
set(PACKAGE_VERSION 1.74.0)
if(PACKAGE_FIND_VERSION VERSION_LESS_EQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
END

# configure FOLDER OPTION... - the library alone
configure() {
  folder=$1; shift
  cmake -S "$root" -B "$folder" -G Ninja -DMCPAWL_BUILD_TESTS=OFF -DMCPAWL_BUILD_EXAMPLES=OFF -DMCPAWL_BUILD_BENCH=OFF "$@" 2>&1
}

configure "$work/probe" > /dev/null
good_boost=$(sed -n 's/^Boost_DIR:[A-Z]*=//p' "$work/probe/CMakeCache.txt")
[ -d "$good_boost" ] || { echo 'no good Boost to hide'; exit 1; }

if output=$(configure "$work/build" -DBoost_DIR="$work/Boost-1.74.0" -DCMAKE_IGNORE_PATH="$good_boost;${good_boost#/usr}"); then
  echo 'Boost 1.74 was accepted'; exit 1
fi
output=$(echo "$output" | tr -s ' \n' ' ')  # CMake breaks its lines where it likes
for words in 'those of Boost' '1.74.0' 'apt-get remove libboost1.74-dev' '1.81 on' 'brew install boost'; do
  case $output in *"$words"*) ;; *) echo "$output"; echo "the message does not say: $words"; exit 1 ;; esac
done
echo 'Boost 1.74 is refused with advice'
