// mcpawl/store/open_store.hpp - opens the store that a URL or a setting names, of the kinds a program has
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcpawl {

/** A class of stores that a URL can name.

    @li `url_form` is how its URLs look, for messages: `memory:`, say.
    @li `takes_url(url)` tells whether a URL names this kind; it looks at the form alone.
    @li `open_url(url, clock)` opens such a store. Errors: `store_errc`, or codes of the kind's own.
    @li `open_url(url, clock, why)`, where there is one, also says in sentences all that is wrong, without passwords.
*/
template <class Store>
concept store_kind = std::derived_from<Store, kv_store> && requires(std::string url, clock const& time) {
  { Store::url_form } -> std::convertible_to<std::string_view>;
  { Store::takes_url(url) } -> std::same_as<bool>;
  { Store::open_url(url, time) } -> std::same_as<result<std::unique_ptr<Store>>>;
};

namespace detail {

template <store_kind Kind>
auto open_kind(std::string const& url, clock const& time, std::vector<std::string>& why) {
  if constexpr (requires { Kind::open_url(url, time, why); })
    return Kind::open_url(url, time, why);
  else
    return Kind::open_url(url, time);
}

template <store_kind... Kinds>
result<std::shared_ptr<kv_store>> open_one_of(std::string const& url, clock const& time,
                                              std::vector<std::string>& why) {
  result<std::shared_ptr<kv_store>> out = make_error_code(store_errc::unknown_kind);
  auto const opens = [&]<class Kind>(std::type_identity<Kind>) {
    if (!Kind::takes_url(url)) return false;
    auto opened = open_kind<Kind>(url, time, why);
    if (opened)
      out = std::shared_ptr<kv_store>(std::move(*opened));
    else
      out = opened.error();
    return true;
  };
  (void)(opens(std::type_identity<Kinds>()) || ...);
  return out;
}

}  // namespace detail

/** Open the store that a URL names; the first kind that takes the URL opens it. The clock must outlive the store.

    @code
    auto store = mcpawl::open_store<mcpawl::sqlite_store, mcpawl::memory_store>("/var/lib/adder/oauth.db");
    @endcode

    @tparam Kinds  what the program is built with, such as `sqlite_store` and `memory_store`

    @par Errors
    `store_errc::unknown_kind` if none takes it, and those of the kind.
*/
template <store_kind... Kinds>
result<std::shared_ptr<kv_store>> open_store(std::string const& url, clock const& time = clock::system()) {
  static_assert(sizeof...(Kinds) != 0,
                "mcpawl: name the kinds of stores: open_store<mcpawl::sqlite_store>(...)");
  std::vector<std::string> why;
  return detail::open_one_of<Kinds...>(url, time, why);
}

/** Open the store that a setting names. An error is noted in `from`, and the store is null then. What
    the setting holds is in no message, since a URL may hold a password. */
template <store_kind... Kinds>
std::shared_ptr<kv_store> open_store(settings& from, std::string const& setting = "OAUTH_KV") {
  std::string const url = from.required(setting);
  if (url.empty()) return nullptr;
  std::vector<std::string> why;
  auto opened = detail::open_one_of<Kinds...>(url, clock::system(), why);
  if (opened) return std::move(*opened);
  if (opened.error() == store_errc::unknown_kind) {
    std::string known;
    ((known += known.empty() ? "" : ", or ", known += Kinds::url_form), ...);
    from.add_error(setting, "names no kind of store that this program has: " + known);
  } else {
    if (why.empty()) why.push_back(opened.error().message());
    for (auto const& each : why) from.add_error(setting, "cannot be opened: " + each);
  }
  return nullptr;
}

}  // namespace mcpawl
