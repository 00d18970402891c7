# tests/headers/starts.awk - for each header, what is precompiled that it may start from
#
# usage: awk -v starts='A B+C...' -f starts.awk HEADER...     below the folder include; prints `HEADER START` or `HEADER -`
#
# A start is one header or several, ours or of the standard library. A header that includes all of them, directly or not, sees
# nothing more if they have been read before. So each takes the first of `starts` that it includes and is no part of.

FNR == 1 { header = FILENAME; sub(/^\.\//, "", header); headers[++count] = header }
/^#include </ { path = $2; gsub(/[<>]/, "", path); includes[header] = includes[header] " " path }

function visit(path,   parts, n, i) {
  if (path in seen || path ~ /\.ipp$/) return
  seen[path]
  n = split(includes[path], parts, " ")
  for (i = 1; i <= n; ++i) visit(parts[i])
}

# usable(WHAT, HEADER) - whether HEADER, whose includes are in `seen`, may start from WHAT
function usable(what, header,   parts, n, i) {
  n = split(what, parts, "+")
  for (i = 1; i <= n; ++i) if (parts[i] == header || !(parts[i] in seen)) return 0
  return 1
}

END {
  n = split(starts, start, " ")
  for (i = 1; i <= count; ++i) {
    delete seen
    visit(headers[i])
    found = "-"
    for (k = 1; k <= n && found == "-"; ++k) if (usable(start[k], headers[i])) found = start[k]
    print headers[i], found
  }
}
