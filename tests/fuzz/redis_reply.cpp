// tests/fuzz/redis_reply.cpp - what a Redis server sends means the same however it is cut, and stays within its bounds
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/redis/redis_entry.hpp>
#include <mcpawl/store/redis/redis_info.hpp>
#include <mcpawl/store/redis/redis_reader.hpp>
#include <mcpawl/store/redis/redis_slots.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace redis_reply_fuzz {

using mcpawl::detail::redis_reply;

constexpr std::size_t max_bytes = 2048, max_items = 16;

struct outcome {
  bool broken = false;
  std::vector<redis_reply> replies;
};

/** Read a text in pieces of a size. */
inline outcome read_replies(std::string_view text, std::size_t piece) {
  mcpawl::detail::redis_reply_limits limits;
  limits.bytes = max_bytes;
  limits.items = max_items;
  mcpawl::detail::redis_reader reader(limits);
  outcome out;
  while (!text.empty() && !out.broken) {
    std::string_view const next = text.substr(0, piece);
    text.remove_prefix(next.size());
    out.broken = !reader.put(next);
    while (auto reply = reader.take()) out.replies.push_back(std::move(*reply));
  }
  return out;
}

inline bool equal(redis_reply const& a, redis_reply const& b) {
  if (a.type != b.type || a.text != b.text || a.number != b.number || a.items.size() != b.items.size())
    return false;
  for (std::size_t i = 0; i != a.items.size(); ++i)
    if (!equal(a.items[i], b.items[i])) return false;
  return true;
}

inline std::size_t items_of(redis_reply const& of) {
  std::size_t count = of.items.size();
  for (auto const& each : of.items) count += items_of(each);
  return count;
}

}  // namespace redis_reply_fuzz

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace redis_reply_fuzz;
  if (size == 0) return 0;
  std::string_view const text(reinterpret_cast<char const*>(data) + 1, size - 1);
  outcome const whole = read_replies(text, text.size() + 1), cut = read_replies(text, 1 + data[0] % 16u);
  // where a bound is met depends on the pieces, by one piece
  if (whole.replies.size() != cut.replies.size() && !whole.broken && !cut.broken) std::abort();
  for (std::size_t i = 0; i != whole.replies.size() && i != cut.replies.size(); ++i)
    if (!equal(whole.replies[i], cut.replies[i])) std::abort();
  for (auto const& each : cut.replies) {
    if (items_of(each) > max_items) std::abort();
    mcpawl::detail::read_redis_value(each.text);
    static_cast<void>(mcpawl::detail::read_redis_slots(each, {"asked", 1}));
    static_cast<void>(mcpawl::detail::read_redis_redirection(each, {"asked", 1}));
    mcpawl::detail::judge_redis(mcpawl::detail::redis_info(each.text), true, 1, each.text);
  }
  return 0;
}
