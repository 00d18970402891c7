// mcpawl/store/postgres_target.hpp - what a PostgreSQL URL says: the servers to try, and what each connection asks for
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/postgres_handle.hpp>
#include <mcpawl/store/this_machine.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The parts between commas; one empty part of an empty text. */
inline std::vector<std::string> postgres_parts(std::string_view text) {
  std::vector<std::string> out;
  for (;;) {
    auto const comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

/** Whether what goes there stays on this machine: a socket of the file system, `localhost`, a loopback address. */
inline bool is_postgres_loopback(std::string_view host) {
  return host.empty() || host.front() == '/' || host.front() == '@' || is_this_machine(host);
}

/** The servers of a URL in the order in which they are tried, each with the parameters of libpq. */
class postgres_target {
public:
  using parameters = std::map<std::string, std::string>;

  /** Read a URL, which libpq knows; what it leaves out comes from the environment, as libpq has it.

      Beyond this machine `sslmode` is `verify-full` unless the URL says otherwise.

      @param plain  whether connections beyond this machine may be without TLS

      @par Errors
      `store_errc::cannot_open`; `why` has what is wrong, in words that repeat nothing of the URL. */
  static result<postgres_target> parse(std::string const& url, bool plain, std::vector<std::string>& why) {
    char* message = nullptr;
    postgres_options_list const given(PQconninfoParse(url.c_str(), &message));
    // the message may repeat a part of the URL
    if (message != nullptr) PQfreemem(message);
    if (!given) return refused(why, "is no URL that PostgreSQL's own library understands");
    parameters all;
    for (auto const* each = given.get(); each->keyword != nullptr; ++each)
      if (each->val != nullptr && *each->val != '\0') all[each->keyword] = each->val;
    postgres_target out;
    if (all.contains("service")) return refused(why, "must name the server itself, not a service");
    complete(all);
    auto const hosts = postgres_parts(all["host"]), addresses = postgres_parts(all["hostaddr"]),
               ports = postgres_parts(all["port"]);
    std::size_t const count = std::max(hosts.size(), addresses.size());
    constexpr std::size_t most = 8;
    if (count > most) return refused(why, "names more than 8 servers");
    bool const fits =
        (hosts.size() == count || hosts == none()) && (addresses.size() == count || addresses == none());
    if (!fits || (ports.size() != count && ports.size() != 1))
      return refused(why, "names as many hosts as ports and addresses, or one port");
    for (auto const& port : ports)
      if (port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos)
        return refused(why, "has a port that is no number");
    std::string const mode = all.contains("sslmode") ? all["sslmode"] : std::string{};
    bool const may_be_plain = mode == "disable" || mode == "allow" || mode == "prefer";
    for (std::size_t i = 0; i != count; ++i) {
      parameters one = all;
      one["host"] = hosts.size() == count ? hosts[i] : std::string{};
      one["hostaddr"] = addresses.size() == count ? addresses[i] : std::string{};
      one["port"] = ports.size() == count ? ports[i] : ports[0];
      bool const here = is_postgres_loopback(one["hostaddr"].empty() ? one["host"] : one["hostaddr"]);
      if (!here && may_be_plain && !plain)
        return refused(why,
                       "lets connections beyond this machine be without TLS: sslmode must be verify-full,"
                       " verify-ca or require");
      if (mode.empty() && !here) one["sslmode"] = "verify-full";
      std::erase_if(one, [](auto const& each) { return each.second.empty(); });
      out.servers_.push_back(std::move(one));
    }
    return out;
  }

  postgres_target() = default;
  postgres_target(postgres_target&&) = default;
  postgres_target& operator=(postgres_target&&) = default;
  ~postgres_target() {
    for (auto& server : servers_)
      if (auto const at = server.find("password"); at != server.end())
        wipe(at->second.data(), at->second.size());
  }

  std::vector<parameters> const& servers() const noexcept { return servers_; }

private:
  static std::vector<std::string> none() { return {std::string{}}; }

  static error_code refused(std::vector<std::string>& why, std::string what) {
    why.push_back("the PostgreSQL URL " + std::move(what));
    return store_errc::cannot_open;
  }

  /** What decides about TLS must be known here, also where it comes from the environment. */
  static void complete(parameters& all) {
    if (!all.contains("host") && !all.contains("hostaddr")) {
      postgres_options_list const defaults(PQconndefaults());
      for (auto const* each = defaults.get(); each != nullptr && each->keyword != nullptr; ++each) {
        std::string_view const name = each->keyword;
        if (each->val != nullptr &&
            (name == "host" || name == "hostaddr" || (name == "port" && !all.contains("port"))))
          all[each->keyword] = each->val;
      }
    }
    // a dead peer is noticed, and what it never acknowledged is given up
    for (auto const& [name, value] : parameters{{"tcp_user_timeout", "3000"},
                                                {"keepalives_idle", "10"},
                                                {"keepalives_interval", "5"},
                                                {"keepalives_count", "3"},
                                                {"fallback_application_name", "mcpawl"}})
      all.try_emplace(name, value);
  }

  std::vector<parameters> servers_;
};

}  // namespace mcpawl::detail
