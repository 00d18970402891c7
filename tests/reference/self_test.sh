#!/bin/sh
# tests/reference/self_test.sh - shows that check.sh finds what Doxygen warns of and what has no comment, and nothing where all is well
# SPDX-License-Identifier: BSL-1.0
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
check=$root/tests/reference/check.sh
# shellcheck source=tests/support/self_test.sh
. "$(dirname "$0")/../support/self_test.sh"

good_tree() {
  rm -rf "${work:?}"/*
  mkdir -p "$work/include/mcpawl/core" "$work/docs"
  cp "$root/docs/Doxyfile" "$root/docs/reference.dox" "$work/docs"
  echo '#define MCPAWL_VERSION_STRING "1.2.3"' > "$work/include/mcpawl/version.hpp"
  cat > "$work/include/mcpawl/core/task.hpp" << 'end'
namespace mcpawl {

/** Runs something. */
struct task {
  int member;
  /** Begin.

      @param at  where */
  void run(int at);

  /** Try.

      @par Errors
      `errc`. */
  result<int> attempt();

private:
  result<int> unseen();
  friend typename of<int>::type;
};
/** Ends it. */
void end(task const&);

namespace detail {
class hidden {};
}  // namespace detail
}  // namespace mcpawl

template <>
struct boost::system::is_error_code_enum<mcpawl::task> : std::true_type {};
end
  echo '| `mcpawl/core/task.hpp` | `task`, `end` |' > "$work/docs/public_names.md"
}
task=include/mcpawl/core/task.hpp

good_tree
sh "$check" "$work" > /dev/null || not_so 'a correct tree is refused'
[ -f "$work/build/reference/html/structmcpawl_1_1task.html" ] || not_so 'the reference has no page of what is public'
[ -z "$(find "$work/build/reference/html" -name '*hidden*')" ] || not_so 'the reference has a page of what is not public'
grep -q '1\.2\.3' "$work/build/reference/html/index.html" || not_so 'the reference does not say of which version it is'

sed -i 's/@param at /@param elsewhere /' "$work/$task"
refused "argument 'elsewhere' of command @param is not found"
sed -i 's/Runs something/Runs @ref nothing/' "$work/$task"
refused "unable to resolve reference to 'nothing'"
sed -i '/Runs something/d' "$work/$task"
refused 'Compound mcpawl::task is not documented'
sed -i '/Ends it/d' "$work/$task"
refused 'Member end(task const &) (function) of namespace mcpawl is not documented'
sed -i '/@par Errors/d' "$work/$task"
refused 'mcpawl::task::attempt returns a result and has no `@par Errors`'
sed -i '/@par Errors/d; s/^\/\*\* Runs something\./&\n\n    @par Errors\n    None of its own./' "$work/$task"
sh "$check" "$work" > /dev/null || not_so 'errors that a class tells for all its functions are not seen'
good_tree
echo 'nothing' > "$work/docs/public_names.md"
refused 'docs/public_names.md lists no header'

ended
