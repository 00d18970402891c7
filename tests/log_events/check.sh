#!/bin/sh
# tests/log_events/check.sh - docs/log.md lists every event that is logged with its fields, and all have one form
# SPDX-License-Identifier: BSL-1.0
#
# usage: tests/log_events/check.sh ROOT
#
# Refused are: an event or a key that is not of small letters and underscores, a key `why`, `what` or `cause` (it is `reason`), an
# event that the page does not have or nobody logs, and a key that is not in the row of its event. The two events of the log itself
# (`log_lines_...`) are looked for by their names. Prints a line for each error; exits with 1 if there is one.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

page=docs/log.md
awk -F '|' '/^\| `/ { gsub(/[` ]/, "", $2); gsub(/[`,]/, " ", $4); print $2, $4 }' "$page" | tr -s ' ' > "$work/listed"
[ -s "$work/listed" ] || { echo "$page lists nothing"; exit 1; }

{
  find include -name '*.?pp' | sort | xargs awk -f "$here/events.awk"
  grep -rhoE '"log_lines_[a-z_]+' include | sort -u | sed 's/^"/include /'
} > "$work/logged"
[ -s "$work/logged" ] || { echo 'nothing is logged'; exit 1; }

awk -v page="$page" '
  NR == FNR { row[$1] = " " $0 " "; next }
  {
    file = $1; event = $2; seen[event] = 1
    form(event, "event")
    if (!(event in row)) say(file ": the event " event " is not in " page)
    for (i = 3; i <= NF; i++) {
      form($i, "key")
      if ($i == "why" || $i == "what" || $i == "cause") say(file ": the key " $i " of " event " is called reason everywhere")
      else if (event in row && index(row[event], " " $i " ") == 0) say(page ": the key " $i " of " event " is missing")
    }
  }
  function form(text, what) {
    if (text !~ /^[a-z]+(_[a-z]+)*$/) { gsub(/~/, " ", text); say(file ": the " what " \"" text "\" is not of small letters and underscores") }
  }
  function say(text) { if (!(text in said)) { said[text] = 1; print text } }
  END { for (event in row) if (!(event in seen)) print page ": nobody logs " event }
' "$work/listed" "$work/logged" | sort > "$work/errors"

if [ -s "$work/errors" ]; then
  cat "$work/errors"
  exit 1
fi
echo "$(wc -l < "$work/listed") events of the log"
