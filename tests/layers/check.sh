#!/bin/sh
# tests/layers/check.sh - who may include whom, and the form of every source file
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/layers/check.sh ROOT        ROOT is a folder with include/mcpawl; prints every mistake, exits 1 if any
#
# A layer is a folder below include/mcpawl; the headers without a folder are the layer `top`. Layers have numbers, by the lists at
# `layers` below, from the lowest to the highest. A header includes its own layer and layers with lower numbers, so two layers with
# one number know nothing of each other, and no two layers include each other. Beyond the order there are the pairs of folders
# listed under `never`.
# Macros alone, and so open to all, is mcpawl/version.hpp.
# What a folder may take from Boost and OpenSSL is listed under `outside`. No header includes itself by a detour; NAME.ipp, the
# bodies of NAME.hpp, is a header like any other. Needs a POSIX shell, find and awk.
set -eu

root=${1:?usage: $0 ROOT}
cd "$root"
[ -d include/mcpawl ] || { echo "$root has no folder include/mcpawl" >&2; exit 2; }

headers=$(find include/mcpawl -name '*.[hi]pp' | LC_ALL=C sort)
[ -n "$headers" ] || { echo "$root has no header below include/mcpawl" >&2; exit 2; }

# shellcheck disable=SC2086  # names of headers have no spaces
awk '
  function layer_of(header,   n, part, i, layer) {
    n = split(header, part, "/")
    if (n <= 2) return "top"
    layer = part[2]
    for (i = 3; i < n; i++) layer = layer "/" part[i]
    return layer
  }
  function folder_of(layer,   part) { split(layer, part, "/"); return part[1] }
  function wrong(text) { print FILENAME ":" FNR ": " text; mistakes++ }
  function finish_file() { if (lines > 450) { print last ": " lines " lines, more than 450"; mistakes++ }
                           if (last != "" && !once) { print last ": no #pragma once"; mistakes++ } }
  function layers(names,   n, i, part) { numbers++; n = split(names, part, " "); for (i = 1; i <= n; i++) number[part[i]] = numbers }
  function forbid(from, to,   n, m, i, j, part, other) {
    n = split(from, part, " "); m = split(to, other, " ")
    for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) never[part[i], other[j]] = 1
  }
  function outside(folders, pattern, except,   n, i, part) {
    n = split(folders, part, " ")
    for (i = 1; i <= n; i++) { rules++; rule_folder[rules] = part[i]; rule_pattern[rules] = pattern; rule_except[rules] = except }
  }
  # depth first; state 1: on the way down, 2: done
  function visit(header,   n, i, part) {
    state[header] = 1
    n = split(includes[header], part, " ")
    for (i = 1; i <= n; i++) {
      if (state[part[i]] == 1) { print "include/" header ": includes itself by way of " part[i]; mistakes++ }
      else if (!state[part[i]]) visit(part[i])
    }
    state[header] = 2
  }

  BEGIN {
    layers("core")
    layers("crypto text")
    layers("reflect observe")
    layers("json_schema jose jsonrpc http store")
    layers("keys store/redis")
    layers("access oauth/common mcp/types")
    layers("oauth/resource oauth/grant oauth/page oauth/upstream mcp/uri_template mcp/elicit")
    layers("oauth/client mcp/call")
    layers("oauth/server mcp/offer")
    layers("mcp/session")
    layers("mcp/protocol")
    layers("auth")
    layers("transport")
    layers("top")
    layers("test")

    forbid("reflect json_schema", "crypto")
    forbid("keys access oauth auth", "jsonrpc mcp")
    forbid("oauth", "access")
    forbid("mcp", "http keys access oauth")

    outside("core crypto text observe reflect json_schema jose jsonrpc access", "^boost/asio/", "mcpawl/core/task.hpp mcpawl/core/async_event.ipp")
    outside("core crypto text observe reflect json_schema jose jsonrpc store keys access oauth auth mcp transport top", "^boost/beast/")
    outside("core crypto", "^boost/json")
    outside("core crypto text observe reflect json_schema jose jsonrpc mcp", "^boost/url")
    outside("core text observe reflect json_schema jsonrpc access mcp transport top", "^openssl/")
  }

  FNR == 1 {
    finish_file()
    last = FILENAME; once = 0
    header = substr(FILENAME, length("include/") + 1)
    known[header] = 1
    here = layer_of(header)
    if (!(here in number)) wrong("the layer " here " has no number")
    if (index($0, "// " header " - ") != 1) wrong("the first line must be `// " header " - its one job`")
  }
  { lines = FNR }
  /^#pragma once[ \r]*$/ { once = 1; if (before != "// SPDX-License-Identifier: BSL-1.0") wrong("the line before must be `// SPDX-License-Identifier: BSL-1.0`") }
  { before = $0 }
  /^[ \t]*#[ \t]*include[ \t]/ {
    target = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", target)
    if (target ~ /^"/) { wrong("include with angle brackets, not quotes: " target); next }
    sub(/^</, "", target); sub(/>.*$/, "", target)
    if (target ~ /^mcpawl\//) {
      there = layer_of(target)
      # X.hpp ends with X.ipp, the bodies of what it declares
      if (substr(header, 1, length(header) - 3) "ipp" != target) includes[header] = includes[header] " " target
      where[header, target] = FILENAME ":" FNR
      if (target == "mcpawl/version.hpp") next
      if (here == there || !(here in number) || !(there in number)) next
      if ((folder_of(here), folder_of(there)) in never) wrong(here " must not include " there ": " target)
      else if (number[there] > number[here]) wrong(here " must not include " there ", which is above it: " target)
      else if (number[there] == number[here]) wrong(here " must not include " there ", which is beside it: " target)
      else if (here == "transport" && there == "auth" && target != "mcpawl/auth/policy.hpp")
        wrong("transport knows auth only by its concept, auth/policy.hpp: " target)
    } else {
      if (target ~ /^boost\/(asio|beast)\.hpp$/) wrong("include the small headers, not <" target ">")
      if (target ~ /\/src\.hpp$/) wrong("<" target "> defines what Boost\047s libraries define")
      for (i = 1; i <= rules; i++)
        if (folder_of(here) == rule_folder[i] && target ~ rule_pattern[i] && index(" " rule_except[i] " ", " " header " ") == 0) wrong(here " must not include <" target ">")
    }
  }

  END {
    finish_file()
    for (pair in where) {
      split(pair, side, SUBSEP)
      if (!(side[2] in known)) { print where[pair] ": there is no " side[2]; mistakes++ }
    }
    for (header in known) if (!state[header]) visit(header)
    exit mistakes > 0
  }
' $headers || bad=1

# Everything else that is ours begins with its path and its job, too; a compile-fail case begins with what it
# expects, and the server of the README with its first line.
for file in $(find examples bench tests -name node_modules -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print 2>/dev/null | LC_ALL=C sort); do
  case $file in tests/compile_fail/*|tests/consume/twelve_lines.cpp) continue ;; esac
  case $(head -n 1 "$file") in
    "// $file - "*) ;;
    *) echo "$file:1: the first line must be \`// $file - its one job\`"; bad=1 ;;
  esac
done

# A unit test is in the layer of what it tests.
for layer in $(find tests/unit -name '*.cpp' 2>/dev/null | sed -n 's,^tests/unit/\(.*\)/[^/]*$,\1,p' | LC_ALL=C sort -u); do
  ls "include/mcpawl/$layer"/*.hpp > /dev/null 2>&1 || { echo "tests/unit/$layer: there is no header in include/mcpawl/$layer"; bad=1; }
done

[ -z "${bad-}" ] || exit 1
echo "$(echo "$headers" | wc -l) headers keep the order of the layers"
