// mcpawl/oauth/server/flow_table.hpp - keeps authorizations under way, each for one browser and one time
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/record.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/oauth/grant/props.hpp>
#include <mcpawl/oauth/grant/token.hpp>
#include <mcpawl/oauth/server/flow.hpp>
#include <mcpawl/oauth/server/sealed_consent.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** Keeps authorizations in a store while their browser is away to sign in, for ten minutes, and which consent
    pages were approved.

    The store knows them by digests and holds them sealed; only the handle opens them. Nothing is kept before a
    person has approved (`sealed_consent`).

    @par Errors
    `oauth_errc::flow_not_found`, `oauth_errc::flow_of_another_browser`, or what the store says.
    @par Lifetime
    The store and the clock must outlive the table and its tasks.
    @par Thread safety
    All functions may be called from any thread at once. Copies are alike.
*/
class flow_table {
public:
  static constexpr unix_seconds lifetime = 600;

  explicit flow_table(kv_store& store, redirect_rules rules = {}, clock const& time = clock::system())
      : store_(&store), clock_(&time), rules_(std::move(rules)) {}

  /** Keep one. */
  task<result<flow_handle>> begin(flow what) {
    flow_handle handle;
    handle.handle = detail::random_base64url(bytes_of_handle);
    handle.browser = detail::random_base64url(bytes_of_handle);
    std::string key = key_of(handle.handle);
    secret const record = what.bytes();
    detail::record_writer out(layout, record.reveal().size() + 128);
    out.text(detail::digest_for(browser_purpose, handle.browser)).text(record.reveal());
    secret const plain{out.take()};
    store_write write(key, detail::seal_for(key_for(handle.handle), plain.reveal(), "flow", key));
    write.expires(clock_->wall() + lifetime);
    auto const written = co_await store_->compare_and_set(std::move(write), store_absent);
    if (!written) co_return written.error();
    if (!*written) co_return oauth_errc::contended;  // 264 random bits came twice
    co_return handle;
  }

  /** Look at one without ending its wait. */
  task<result<flow>> look(flow_handle handle) {
    std::string key = key_of(handle.handle);
    auto const found = co_await store_->get(key);
    if (!found) co_return found.error();
    if (!*found) co_return oauth_errc::flow_not_found;
    co_return open(key, handle, (*found)->value);
  }

  /** Take one out: of any number of calls one gets it. Another browser neither gets nor ends it. */
  task<result<flow>> take(flow_handle handle) {
    auto const seen = co_await look(handle);
    if (!seen) co_return seen.error();
    std::string key = key_of(handle.handle);
    auto const taken = co_await store_->take(key, durability::relaxed);
    if (!taken) co_return taken.error();
    if (!*taken) co_return oauth_errc::flow_not_found;
    co_return open(key, handle, (*taken)->value);
  }

  /** Note that a consent page was approved: 1 for the first time, 0 for every other. The note lives as long as
      the page could be sent again. */
  task<result<std::size_t>> approve_once(std::string id, unix_seconds expires) {
    store_write write(approved_key(id), std::string{});
    write.expires(expires);
    auto const written = co_await store_->compare_and_set(std::move(write), store_absent);
    if (!written) co_return written.error();
    co_return std::size_t{written->has_value()};
  }

  /** Whether a consent page was approved: 1 or 0. */
  task<result<std::size_t>> was_approved(std::string id) {
    auto const found = co_await store_->get(approved_key(id));
    if (!found) co_return found.error();
    co_return std::size_t{found->has_value()};
  }

private:
  static constexpr std::size_t bytes_of_handle = 33;
  static constexpr unsigned char layout = 1;
  static constexpr std::string_view browser_purpose = "mcpawl.oauth.flow.browser";

  static std::string approved_key(std::string_view id) {
    std::string key = "flow/approved/";
    mcpawl::detail::append_base64url(key,
                                     std::string_view{detail::digest_for("mcpawl.oauth.flow.approved", id)});
    return key;
  }
  static std::string key_of(std::string_view handle) {
    std::string key = "flow/login/";
    mcpawl::detail::append_base64url(key, std::string_view{detail::digest_for("mcpawl.oauth.flow", handle)});
    return key;
  }
  static secret key_for(std::string_view handle) {
    return secret{detail::digest_for("mcpawl.oauth.flow.key", handle)};
  }

  result<flow> open(std::string const& key, flow_handle const& handle, std::string_view sealed) const {
    auto const plain = detail::open_for(key_for(handle.handle), sealed, "flow", key);
    if (!plain) return plain.error();
    detail::record_reader in(plain->reveal(), layout);
    std::string_view const browser = in.text(), record = in.text();
    if (!in.complete()) return oauth_errc::damaged_record;
    if (!equal_in_constant_time(browser, detail::digest_for(browser_purpose, handle.browser)))
      return oauth_errc::flow_of_another_browser;
    return flow::parse(record, rules_);
  }

  kv_store* store_;
  clock const* clock_;
  redirect_rules rules_;
};

}  // namespace mcpawl::oauth
