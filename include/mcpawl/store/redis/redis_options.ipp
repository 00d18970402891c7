// mcpawl/store/redis/redis_options.ipp - how the URL of a Redis server is read
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/store/redis/redis_options.hpp>
#include <mcpawl/store/this_machine.hpp>
#include <mcpawl/text/number_text.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/url/pct_string_view.hpp>

#include <sys/stat.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

namespace detail {

/** Collects what is wrong with a URL; the first code counts. */
class redis_mistakes {
public:
  explicit redis_mistakes(std::vector<std::string>& to) : to_(to) {}

  void add(redis_errc code, std::string sentence) {
    if (!first_) first_ = code;
    to_.push_back(std::move(sentence));
  }
  error_code first() const noexcept { return first_; }

private:
  std::vector<std::string>& to_;
  error_code first_;
};

/** Replace `%XX`; nothing if one is not of this form, or stands for a zero byte. */
inline std::optional<std::string> percent_decoded(std::string_view text) {
  auto const encoded = boost::urls::make_pct_string_view({text.data(), text.size()});
  if (!encoded) return std::nullopt;
  std::string out = encoded->decode();
  if (out.find('\0') != std::string::npos) return std::nullopt;
  return out;
}

template <class Number>
bool read_whole_number(std::string_view text, Number& to, Number most) {
  Number found = 0;
  if (!read_number(text, found) || found > most) return false;
  to = found;
  return true;
}

/** The first 256 KiB of a file; nothing if it cannot be read. */
inline std::optional<std::string> read_redis_file(std::string const& path) {
  struct ::stat info{};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > 256 * 1024)
    return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/** What stands between `//` and the path. */
inline bool read_redis_hosts(std::string_view text, bool several, std::uint16_t usual_port,
                             redis_options& to) {
  for (;;) {
    auto const comma = text.find(',');
    std::string_view one = text.substr(0, comma);
    redis_host host;
    host.port = usual_port;
    std::string_view port;
    if (one.starts_with('[')) {
      auto const end = one.find(']');
      if (end == std::string_view::npos) return false;
      error_code none;
      host.name = one.substr(1, end - 1);
      if (!boost::asio::ip::make_address(host.name, none).is_v6() || none) return false;
      port = one.substr(end + 1);
    } else {
      auto const colon = one.find(':');
      host.name = one.substr(0, colon);
      port = colon == std::string_view::npos ? std::string_view{} : one.substr(colon);
      constexpr std::string_view allowed =
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
      if (host.name.empty() || host.name.size() > 253 ||
          host.name.find_first_not_of(allowed) != std::string::npos)
        return false;
    }
    if (!port.empty()) {
      if (port.front() != ':' || !read_whole_number<std::uint16_t>(port.substr(1), host.port, 65535) ||
          host.port == 0)
        return false;
    }
    to.hosts.push_back(std::move(host));
    if (comma == std::string_view::npos) return true;
    if (!several || to.hosts.size() == 16) return false;
    text.remove_prefix(comma + 1);
  }
}

inline bool read_redis_login(std::string_view text, redis_options& to) {
  auto const colon = text.find(':');
  auto user = percent_decoded(text.substr(0, colon));
  if (!user) return false;
  to.user = std::move(*user);
  if (colon == std::string_view::npos) return true;
  auto password = percent_decoded(text.substr(colon + 1));
  if (!password) return false;
  to.password = secret(std::move(*password));
  return true;
}

inline void read_redis_setting(std::string_view name, std::string value, redis_options& to,
                               redis_mistakes& wrong) {
  if (name == "prefix") {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    if (value.empty() || value.size() > 64 || value.find_first_not_of(allowed) != std::string::npos)
      wrong.add(redis_errc::bad_url, "prefix must have 1 to 64 letters, digits, '.', '_' or '-'");
    else
      to.prefix = std::move(value);
  } else if (name == "replicas") {
    if (!read_whole_number(value, to.replicas, 16u))
      wrong.add(redis_errc::bad_url, "replicas must be a number from 0 to 16");
  } else if (name == "database") {
    if (!read_whole_number(value, to.database, 1'000'000u))
      wrong.add(redis_errc::bad_url, "database must be a number");
  } else if (name == "durable") {
    if (value != "yes" && value != "no") wrong.add(redis_errc::bad_url, "durable must be yes or no");
    to.durable = value != "no";
  } else if (name == "authorities") {
    auto text = read_redis_file(value);
    if (!text || text->empty())
      wrong.add(redis_errc::bad_trust, "the file that authorities names cannot be read");
    else
      to.authorities = std::move(*text);
  } else if (name == "password_file" || name == "sentinel_password_file") {
    auto text = read_redis_file(value);
    while (text && !text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
    if (!text || text->empty())
      wrong.add(redis_errc::bad_password,
                "the file that " + std::string(name) + " names cannot be read, or is empty");
    else
      (name == "password_file" ? to.password : to.sentinel_password) = secret(std::move(*text));
  } else if (name == "unsafe" && value == "plain_text") {
    to.plain = unsafe::plain_redis{};
  } else {
    wrong.add(redis_errc::bad_url, "the part behind '?' has a name or a value that is not known");
  }
}

/** What can be seen to be wrong before anybody is asked. */
MCPAWL_DECL bool may_talk_to(redis_options const& with, redis_host const& where) {
  return with.tls || with.plain || is_this_machine(where.name);
}

inline void check_redis_options(redis_options const& given, redis_mistakes& wrong) {
  if (given.hosts.empty()) wrong.add(redis_errc::bad_url, "there must be a host");
  if (given.hosts.size() > 1 && given.primary.empty() && !given.cluster)
    wrong.add(redis_errc::bad_url, "several hosts are for Sentinel and Cluster alone");
  if (given.cluster && !given.primary.empty()) wrong.add(redis_errc::bad_url, "a Cluster has no Sentinels");
  if (given.cluster && given.database != 0)
    wrong.add(redis_errc::bad_url, "a Cluster has no databases but the first");
  for (auto const& each : given.hosts) {
    if (may_talk_to(given, each)) continue;
    wrong.add(
        redis_errc::plain_text,
        "without TLS only this machine is talked to: say rediss, or unsafe=plain_text if everybody on the way may read and "
        "change grants");
    return;
  }
}

}  // namespace detail

MCPAWL_DECL result<redis_options> redis_options::parse(std::string_view url,
                                                       std::vector<std::string>& mistakes) {
  detail::redis_mistakes wrong(mistakes);
  redis_options out;
  auto const colon = url.find("://");
  std::string_view const scheme = url.substr(0, colon);
  bool const sentinel = scheme == "redis+sentinel" || scheme == "rediss+sentinel";
  out.cluster = scheme == "redis+cluster" || scheme == "rediss+cluster";
  if (colon == std::string_view::npos || url.size() > 8 * 1024 ||
      (!sentinel && !out.cluster && scheme != "redis" && scheme != "rediss")) {
    wrong.add(redis_errc::bad_url,
              "must begin with redis:// or rediss://, or with +sentinel or +cluster before the colon");
    return wrong.first();
  }
  out.tls = scheme.starts_with("rediss");
  std::string_view rest = url.substr(colon + 3);
  for (char const c : rest)
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f || c == '#') {
      wrong.add(redis_errc::bad_url, "has a character that must be written as % and two digits");
      return wrong.first();
    }
  std::string_view query;
  if (auto const mark = rest.find('?'); mark != std::string_view::npos) {
    query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  std::string_view path;
  if (auto const slash = rest.find('/'); slash != std::string_view::npos) {
    path = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  if (auto const at = rest.rfind('@'); at != std::string_view::npos) {
    if (!detail::read_redis_login(rest.substr(0, at), out))
      wrong.add(redis_errc::bad_url, "user or password are not written as a URL has them");
    rest = rest.substr(at + 1);
  }
  if (!detail::read_redis_hosts(rest, sentinel || out.cluster, sentinel ? 26379 : 6379, out))
    wrong.add(redis_errc::bad_url, "the host or its port is wrong");
  if (sentinel) {
    auto name = detail::percent_decoded(path);
    if (!name || name->empty())
      wrong.add(redis_errc::bad_url, "behind the Sentinels there must be '/' and the name of the primary");
    else
      out.primary = std::move(*name);
  } else if (!path.empty() && !detail::read_whole_number(path, out.database, 1'000'000u)) {
    wrong.add(redis_errc::bad_url, "behind the host there must be nothing but the number of the database");
  }
  while (!query.empty()) {
    auto const end = query.find('&');
    std::string_view const one = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    auto const equals = one.find('=');
    auto value = detail::percent_decoded(equals == std::string_view::npos ? std::string_view{}
                                                                          : one.substr(equals + 1));
    if (!value)
      wrong.add(redis_errc::bad_url, "a value behind '?' is not written as a URL has them");
    else
      detail::read_redis_setting(one.substr(0, equals), std::move(*value), out, wrong);
  }
  if (!out.hosts.empty()) detail::check_redis_options(out, wrong);
  if (wrong.first()) return wrong.first();
  return out;
}

}  // namespace mcpawl
