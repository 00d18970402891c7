#!/bin/sh
# tests/public_names/self_test.sh - shows that check.sh finds every kind of mistake, and none where there is none
# SPDX-License-Identifier: BSL-1.0
set -eu

check=$(cd "$(dirname "$0")" && pwd)/check.sh
# shellcheck source=tests/support/self_test.sh
. "$(dirname "$0")/../support/self_test.sh"

good_tree() {
  rm -rf "${work:?}"/*
  mkdir -p "$work/include/mcpawl/core" "$work/docs" "$work/examples/one" "$work/tests/consume"
  cat > "$work/include/mcpawl/core/task.hpp" << 'end'
/** A comment that says class nothing {. */
namespace mcpawl {

namespace detail {
class hidden {};
}  // namespace detail

class elsewhere;

template <class T>
class by_kind;
template <>
class by_kind<int> {
  int member;
};
template <class T>
class by_kind<T*> {};

template <class T>
using task = T;

enum class colour { red };

inline constexpr int most = 3;
inline int twice(int of) {
  return 2 * of;
}

namespace test {
struct scene {};
}  // namespace test

}  // namespace mcpawl
end
  echo '| `mcpawl/core/task.hpp` | `by_kind`, `task`, `colour`, `most`, `twice`, `test::scene` |' > "$work/docs/public_names.md"
  echo 'mcpawl::task<> f(mcpawl::colour = mcpawl::colour::red); // mcpawl::header_only' > "$work/README.md"
  echo 'mcpawl::test::scene s;' > "$work/examples/one/a.cpp"
  echo 'int n = mcpawl::twice(mcpawl::most);' > "$work/tests/consume/b.cpp"
}

good_tree
sh "$check" "$work" > /dev/null || not_so 'a correct tree is refused'

sed -i 's/`most`, //' "$work/docs/public_names.md"; sed -i 's/mcpawl::most/3/' "$work/tests/consume/b.cpp"
refused 'docs/public_names.md: most of mcpawl/core/task.hpp is missing'
sed -i 's/`task`/`task`, `elsewhere`/' "$work/docs/public_names.md"
refused 'docs/public_names.md: elsewhere is not declared in mcpawl/core/task.hpp'
sed -i 's/`task`/`task`, `detail::hidden`/' "$work/docs/public_names.md"
refused 'docs/public_names.md: detail::hidden is not declared in mcpawl/core/task.hpp'
echo 'mcpawl::detail::hidden h;' >> "$work/examples/one/a.cpp"
refused 'examples/one/a.cpp: mcpawl::detail::hidden is not in docs/public_names.md'
echo '`mcpawl::elsewhere`' >> "$work/README.md"
refused 'README.md: mcpawl::elsewhere is not in docs/public_names.md'
echo 'nothing' > "$work/docs/public_names.md"
refused 'docs/public_names.md lists nothing'

ended
