// mcpawl/store/redis/redis_info.hpp - what INFO says of a Redis server, and whether a store can be in it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/redis/redis_errc.hpp>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The answer to INFO: lines of `name:value`. */
class redis_info {
public:
  explicit redis_info(std::string text) : text_(std::move(text)) {}

  /** A value; empty if there is none. */
  std::string_view value(std::string_view name) const noexcept {
    std::string_view rest = text_;
    while (!rest.empty()) {
      auto const end = rest.find('\n');
      std::string_view line = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.size() > name.size() && line[name.size()] == ':' && line.starts_with(name))
        return line.substr(name.size() + 1);
    }
    return {};
  }
  unsigned number(std::string_view name) const noexcept { return leading_number(value(name)).first; }

  bool is_valkey() const noexcept { return !value("valkey_version").empty(); }
  /** Such as 702 for 7.2.4. Valkey tells one of Redis that it is compatible with, too. */
  unsigned version() const noexcept {
    auto const [major, rest] = leading_number(value(is_valkey() ? "valkey_version" : "redis_version"));
    return major * 100 + (rest.starts_with('.') ? leading_number(rest.substr(1)).first : 0);
  }
  bool is_primary() const noexcept { return value("role") == "master"; }
  bool is_loading() const noexcept { return number("loading") != 0 || number("async_loading") != 0; }
  bool keeps_log() const noexcept { return number("aof_enabled") != 0; }
  /** Whether the command WAITAOF is there. */
  bool can_wait_for_log() const noexcept { return version() >= 702; }
  /** Changes with each start of the server. */
  std::string_view run() const noexcept { return value("run_id"); }

private:
  static std::pair<unsigned, std::string_view> leading_number(std::string_view text) noexcept {
    unsigned number = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
    return {number, text.substr(static_cast<std::size_t>(end - text.data()))};
  }

  std::string text_;
};

/** A thing that is wrong with a server. */
struct redis_unfit {
  redis_errc code;
  std::string sentence;
};

/** What a server must be, and how writes survive on it. */
struct redis_fitness {
  std::vector<redis_unfit> wrong;
  bool wait_for_log = false;  ///< By WAITAOF; else each answer says that the write is where it has to be.
  unsigned wait_for_replicas = 0;  ///< By WAIT.
};

/** Look at everything at once.

    @param cluster   whether it has to be part of one
    @param flushing  the value of `appendfsync`, if the server tells it; managed ones often do not
*/
inline redis_fitness judge_redis(redis_info const& info, bool durable, unsigned replicas,
                                 std::optional<std::string> const& flushing, bool cluster = false) {
  redis_fitness out;
  auto const add = [&out](redis_errc code, std::string sentence) {
    out.wrong.push_back({code, std::move(sentence)});
  };
  if (info.version() == 0) {
    add(redis_errc::no_redis, "the server does not tell its version");
    return out;
  }
  if (info.version() < (info.is_valkey() ? 702u : 700u))
    add(redis_errc::too_old, "the server must be Redis 7.0 or Valkey 7.2 or newer");
  if (info.is_loading()) add(redis_errc::loading, "the server is loading its data");
  if (!info.is_primary()) add(redis_errc::replica, "the server is a replica: name the primary, or Sentinels");
  if ((info.number("cluster_enabled") != 0) != cluster)
    add(redis_errc::cluster,
        cluster ? "the server is no part of a Cluster"
                : "the server is part of a Cluster: say redis+cluster:// or rediss+cluster://");
  if (auto const policy = info.value("maxmemory_policy"); policy != "noeviction")
    add(redis_errc::evicting, "maxmemory-policy must be noeviction: with " +
                                  std::string(policy.substr(0, 32)) + " grants would vanish");
  if (!durable) return out;
  if (replicas != 0 && info.number("connected_slaves") < replicas)
    add(redis_errc::not_durable, "the server has " + std::to_string(info.number("connected_slaves")) +
                                     " replicas, and replicas=" + std::to_string(replicas) + " is asked for");
  out.wait_for_replicas = replicas;
  out.wait_for_log = info.keeps_log() && info.can_wait_for_log();
  if (replicas != 0 || out.wait_for_log) return out;
  if (!info.keeps_log())
    add(redis_errc::not_durable,
        "appendonly must be yes, or replicas=1 or more be given: else a write that was acknowledged can be lost. "
        "durable=no says that it may");
  else if (flushing && *flushing != "always")
    add(redis_errc::not_durable,
        "appendfsync must be always, or the server 7.2 or newer, or replicas=1 or more be given: else a write that was "
        "acknowledged can be lost. durable=no says that it may");
  return out;
}

}  // namespace mcpawl::detail
