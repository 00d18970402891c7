#!/bin/sh
# tests/log_events/self_test.sh - shows that check.sh finds every kind of error, and none where there is none
# SPDX-License-Identifier: BSL-1.0
set -eu

check=$(cd "$(dirname "$0")" && pwd)/check.sh
# shellcheck source=tests/support/self_test.sh
. "$(dirname "$0")/../support/self_test.sh"

good_tree() {
  rm -rf "${work:?}"/*
  mkdir -p "$work/include" "$work/docs"
  cat > "$work/include/one.hpp" << 'end'
// log.info("in a comment");
void f() {
  log_.write(bad ? a : b, "keys_fetched",
             {{"url", url.text()}, {"reason", "because; of this"}});
  settings.log.info("quiet");
  out.log().error(x ? "one_thing" : "another_thing", {{"reason", r}});
  warn("shortage", "in a sentence");
  write("log_lines_left_out");
}
end
  cat > "$work/docs/log.md" << 'end'
| event | level | fields | when |
|---|---|---|---|
| `another_thing` | error | `reason` | |
| `keys_fetched` | info | `url`, `reason` | |
| `log_lines_left_out` | warning | | |
| `one_thing` | error | `reason` | |
| `quiet` | info | | |
| `shortage` | warning | `reason` | |
end
}
good_tree
sh "$check" "$work" > /dev/null || not_so 'a good tree was refused'

add() { echo "void g() { $1 }" >> "$work/include/one.hpp"; }

add 'log.info("new_event");'
refused 'include/one.hpp: the event new_event is not in docs/log.md'
add 'log.info("quiet", {{"size", n}});'
refused 'docs/log.md: the key size of quiet is missing'
add 'log_->warning("keys_fetched", {{"why", n}});'
refused 'include/one.hpp: the key why of keys_fetched is called reason everywhere'
add 'log.write_limited(level, "keys_fetched", {{"what", n}});'
refused 'include/one.hpp: the key what of keys_fetched is called reason everywhere'
sed -i '/`quiet`/d' "$work/docs/log.md"
refused 'include/one.hpp: the event quiet is not in docs/log.md'
echo '| `silent` | info | | |' >> "$work/docs/log.md"
refused 'docs/log.md: nobody logs silent'
sed -i 's/"keys_fetched"/"keys fetched"/; s/`keys_fetched`/`keys~fetched`/' "$work/include/one.hpp" "$work/docs/log.md"
refused 'include/one.hpp: the event "keys fetched" is not of small letters and underscores'
sed -i 's/`quiet` | info |/`quiet` | info | `Size`/' "$work/docs/log.md"
add 'log.info("quiet", {{"Size", n}});'
refused 'include/one.hpp: the key "Size" is not of small letters and underscores'
sed -i 's/write("log_lines_left_out");//' "$work/include/one.hpp"
refused 'docs/log.md: nobody logs log_lines_left_out'
ended
