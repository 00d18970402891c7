#!/bin/sh
# cmake/list_sources.sh - print the *.cpp files directly in a folder, or with -r below it, in a stable order
# SPDX-License-Identifier: BSL-1.0
set -eu
deep=''
if [ "$1" = -r ]; then deep=yes; shift; fi
cd "$(dirname "$0")/.."
[ -d "$1" ] || exit 0
if [ -n "$deep" ]; then find "$1" -name '*.cpp'; else find "$1" -maxdepth 1 -name '*.cpp'; fi | LC_ALL=C sort
