# tests/headers/starts.awk - for each header, the precompiled one that it may start from
#
# usage: awk -v starts='A B...' -f starts.awk HEADER...     below the folder include; prints `HEADER START` or `HEADER -`
#
# A header that includes another one, directly or not, sees nothing more if that one has been read before. So each takes the
# first of `starts` that it includes and is not itself.

FNR == 1 { header = FILENAME; sub(/^\.\//, "", header); headers[++count] = header }
/^#include <mcpawl\// { path = $2; gsub(/[<>]/, "", path); includes[header] = includes[header] " " path }

function visit(path,   parts, n, i) {
  if (path in seen || path ~ /\.ipp$/) return
  seen[path]
  n = split(includes[path], parts, " ")
  for (i = 1; i <= n; ++i) visit(parts[i])
}

END {
  n = split(starts, start, " ")
  for (i = 1; i <= count; ++i) {
    delete seen
    visit(headers[i])
    found = "-"
    for (k = 1; k <= n && found == "-"; ++k) if (start[k] != headers[i] && start[k] in seen) found = start[k]
    print headers[i], found
  }
}
