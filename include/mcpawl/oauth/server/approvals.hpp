// mcpawl/oauth/server/approvals.hpp - what people have approved and need not be asked again for a while
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/record.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/oauth/common/scope.hpp>
#include <mcpawl/oauth/grant/token.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** What an approval is for. */
struct approval {
  std::string browser;  ///< `known_browser::id`.
  std::string person;
  std::string client_id;
  std::string redirect_uri;
  scope_set scopes;

  approval(std::string browser_id, std::string whose, std::string client, std::string redirect,
           scope_set what)
      : browser(std::move(browser_id)),
        person(std::move(whose)),
        client_id(std::move(client)),
        redirect_uri(std::move(redirect)),
        scopes(std::move(what)) {}
};

/** Whether an approval for this place should be offered to be remembered: only where nobody but the client
    can receive the response. On the user's own machine any program could ask in the client's name, and get
    a response without anybody noticing (RFC 8252 section 8.6). */
inline bool is_rememberable(redirect_uri const& to) noexcept { return to.kind() == redirect_kind::https; }

/** Remembers approvals in a store, each for one browser, person, client, redirect URI and set of scopes.

    The store holds digests only, most of them keyed by the browser's id, which it does not hold either. The
    latest approval for the same four counts; it is good for as many scopes as it was given for, or fewer.

    Before somebody has signed in, `person` is who did so last, by the browser's own account: whoever skips
    the page on that ground asks again, for the person who did sign in, before anything is granted.

    @par Errors
    What the store says; a record that is damaged counts as absent.
    @par Lifetime
    The store and the clock must outlive it and its tasks.
    @par Thread safety
    All functions may be called from any thread at once. Copies are alike.
*/
class approvals {
public:
  static constexpr unix_seconds default_lifetime = 30 * 86'400;

  explicit approvals(kv_store& store, unix_seconds lifetime = default_lifetime,
                     clock const& time = clock::system())
      : store_(&store), clock_(&time), lifetime_(lifetime) {}

  /** Whether this, or more, was approved and is remembered. */
  task<result<bool>> approved(approval what) {
    if (what.browser.empty() || what.person.empty()) co_return false;
    std::string key = key_of(what);
    auto const found = co_await store_->get(std::move(key));
    if (!found) co_return failed(found.error());
    co_return found->has_value() && covers((*found)->value, what);
  }
  task<result<bool>> approved(std::string browser, std::string person, std::string client_id,
                              std::string redirect_uri, scope_set scopes) {
    return approved(approval(std::move(browser), std::move(person), std::move(client_id),
                             std::move(redirect_uri), std::move(scopes)));
  }

  /** Remember an approval; does nothing where browser or person is not known. True if it is remembered. */
  task<result<bool>> remember(approval what) {
    if (what.browser.empty() || what.person.empty()) co_return false;
    detail::record_writer out(layout);
    out.integer(static_cast<std::int64_t>(what.scopes.size()));
    for (auto const& each : what.scopes) out.text(digest_of_scope(what, each));
    store_write write(key_of(what), out.take());
    write.expires(clock_->wall() + lifetime_);
    auto const written = co_await store_->put(std::move(write));
    if (!written) co_return failed(written.error());
    co_return true;
  }
  task<result<bool>> remember(std::string browser, std::string person, std::string client_id,
                              std::string redirect_uri, scope_set scopes) {
    return remember(approval(std::move(browser), std::move(person), std::move(client_id),
                             std::move(redirect_uri), std::move(scopes)));
  }

  /** Forget what a person approved, in every browser; returns how many approvals that were. */
  task<result<std::size_t>> forget(std::string person) { return forget_all(prefix_of(person)); }
  /** The same for one client. */
  task<result<std::size_t>> forget(std::string person, std::string client_id) {
    return forget_all(prefix_of(person, client_id));
  }

private:
  static constexpr unsigned char layout = 1;

  /** A result of bool takes no error by itself: it could be meant for the value. */
  static result<bool> failed(error_code why) { return {boost::system::in_place_error, why}; }

  static std::string prefix_of(std::string_view person) {
    return std::string{"approval/"}.append(grant_name::owner_of(person)).append(1, '/');
  }
  static std::string prefix_of(std::string_view person, std::string_view client_id) {
    std::string out = prefix_of(person);
    append_part(out, digest_of_two("mcpawl.oauth.approval.client", person, client_id));
    return out += '/';
  }
  static std::string key_of(approval const& what) {
    std::string out = prefix_of(what.person, what.client_id);
    append_part(out, digest_of_two("mcpawl.oauth.approval.place", what.browser, what.redirect_uri));
    return out;
  }
  static std::string digest_of_scope(approval const& what, std::string_view scope) {
    return digest_of_two("mcpawl.oauth.approval.scope", what.browser, scope);
  }

  /** The length of the first goes before it, so that "ab", "c" and "a", "bc" differ. */
  static std::string digest_of_two(std::string_view purpose, std::string_view a, std::string_view b) {
    std::string const head = std::to_string(a.size()).append(1, ':').append(a);
    return detail::digest_for(purpose, head, b);
  }
  static void append_part(std::string& out, std::string_view digest) {
    mcpawl::detail::append_base64url(out, digest);
  }

  static bool covers(std::string_view record, approval const& what) {
    detail::record_reader in(record, layout);
    std::vector<std::string_view> given(in.count());
    for (auto& each : given) each = in.text();
    if (!in.complete()) return false;
    return std::all_of(what.scopes.begin(), what.scopes.end(), [&](std::string const& scope) {
      return std::find(given.begin(), given.end(), digest_of_scope(what, scope)) != given.end();
    });
  }

  task<result<std::size_t>> forget_all(std::string prefix) {
    std::size_t forgotten = 0;
    std::optional<std::string> after = std::string{};
    while (after) {
      auto page = co_await store_->scan(prefix, std::move(*after), max_store_page);
      if (!page) co_return page.error();
      for (auto& item : page->items) {
        auto const erased = co_await store_->erase(std::move(item.key), durability::power_loss);
        if (!erased) co_return erased.error();
        forgotten += *erased;
      }
      after = std::move(page->next);
    }
    co_return forgotten;
  }

  kv_store* store_;
  clock const* clock_;
  unix_seconds lifetime_;
};

}  // namespace mcpawl::oauth
