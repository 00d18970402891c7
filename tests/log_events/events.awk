# tests/log_events/events.awk - the events and keys that sources log: lines `file event key...`
#
# A call is taken up to its semicolon. Its event is the literal before the fields; where one of two is chosen, both are.

function look(text, file,   rest, head, keys, first) {
  while (match(text, /(log_?|log\(\)|[^a-z_]to)(\.|->)(write|write_limited|debug|info|warning|error)\(|[^a-z_]warn_?\(/)) {
    first = substr(text, RSTART + 1, 4) == "warn"
    text = substr(text, RSTART + RLENGTH)
    rest = text
    sub(/;.*/, "", rest)
    head = rest
    sub(/\{\{.*/, "", head)
    if (first) sub(/,.*/, "", head)
    keys = first ? " reason" : ""
    while (match(rest, /\{ *"[^"]*" *,/)) {
      keys = keys " " field(substr(rest, RSTART, RLENGTH))
      rest = substr(rest, RSTART + RLENGTH)
    }
    while (match(head, /"[^"]*"/)) {
      print file, named(substr(head, RSTART + 1, RLENGTH - 2)) keys
      head = substr(head, RSTART + RLENGTH)
    }
  }
}
function field(text) { gsub(/[{,"]|^ +| +$/, "", text); gsub(/ /, "~", text); return text }
function named(text) { gsub(/ /, "~", text); return text == "" ? "~" : text }

FNR == 1 && NR > 1 { look(all, last); all = "" }
{ last = FILENAME; line = $0; sub(/^[ \t]*\/\/.*/, "", line); all = all " " line }
END { look(all, last) }
