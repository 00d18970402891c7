// mcpawl/oauth/server/server_state.hpp - what all threads of an authorization server share
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/oauth/client/client_assertion.hpp>
#include <mcpawl/oauth/client/client_fetcher.hpp>
#include <mcpawl/oauth/client/client_registry.hpp>
#include <mcpawl/oauth/client/document_availability.hpp>
#include <mcpawl/oauth/client/known_clients.hpp>
#include <mcpawl/oauth/grant/token_service.hpp>
#include <mcpawl/oauth/server/address_limit.hpp>
#include <mcpawl/oauth/server/approvals.hpp>
#include <mcpawl/oauth/server/flow_table.hpp>
#include <mcpawl/oauth/server/rate_limit.hpp>
#include <mcpawl/oauth/server/server_rules.hpp>
#include <mcpawl/oauth/server/shared_rate_limit.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** The parts of an authorization server that all its threads share.

    @par Lifetime
    The clock must outlive them.
    @par Thread safety
    All parts may be used from any thread at once; the rules are only read.
*/
struct server_state {
  server_state(server_rules const& how, std::shared_ptr<kv_store> into, clock const& time)
      : rules(how),
        store(std::move(into)),
        tokens(*store, rules.lifetimes, time),
        clients(*store, rules.authorization.redirects, rules.client_lifetime, time,
                rules.unused_client_lifetime),
        flows(*store, rules.authorization.redirects, time),
        approved(*store, approvals::default_lifetime, time),
        registrations(rules.registrations_at_once, rules.registration_interval, time),
        shared_registrations(*store, "rate/registrations", rules.registrations_at_once,
                             rules.registration_interval, time),
        registrations_by_address(rules.registrations_per_address, time),
        logins_by_address(rules.logins_per_address, time),
        documents_by_address(rules.documents_per_address, time),
        time_(time) {}

  server_rules rules;
  std::shared_ptr<kv_store> store;
  token_service tokens;
  client_registry clients;
  flow_table flows;
  approvals approved;
  rate_limit registrations;
  shared_rate_limit shared_registrations;  ///< Beyond it, where instances share them.
  address_limit registrations_by_address, logins_by_address, documents_by_address;
  std::optional<client_documents> documents;    ///< Set by `place`, unless the rules leave them out.
  std::optional<client_assertions> assertions;  ///< With them.

  /** Tell where the server has its endpoint, and how documents are fetched; before anything is asked. */
  void place(std::string resource, client_fetch_settings fetching) {
    rules.authorization.resource = std::move(resource);
    if (!rules.takes_documents()) return;
    fetching.redirects = rules.authorization.redirects;
    fetching.max_lookups = rules.max_client_lookups;
    fetching.timeout = rules.client_fetch_timeout;
    fetching.names = rules.client_names;
    fetching.fetches = rules.client_documents != client_document_mode::off;
    std::vector<pinned_client_error> errors;  // were told when the options were checked
    fetching.pinned = read_pinned_clients(rules, errors);
    fetching.fallback =
        read_pinned_clients(known_client_documents(), fetching.redirects, fetching.fetches, errors);
    if (rules.documents_may_pause()) {
      availability_ = std::make_shared<document_availability>(time_);
      fetching.availability = availability_;
    }
    documents.emplace(std::move(fetching));
    std::vector<std::string> audiences;
    for (char const* path : {"", "/token"}) audiences.push_back(rules.issuer() + path);
    assertions.emplace(*store, *documents, std::move(audiences), time_);
  }

  /** Whether to say that clients may be known by their document: only if that works now. */
  bool advertises_documents() const noexcept {
    if (rules.client_documents == client_document_mode::off) return false;
    return !availability_ || availability_->available();
  }

  clock const& time() const noexcept { return time_; }

  /** Remove some of what has expired, once a minute, on whatever thread comes by: where nobody writes,
      nothing piles up. Once a second, write the revocations that the store had refused. */
  task<> tidy() {
    auto const now = time_.steady().time_since_epoch();
    if (tokens.has_pending() && is_due(tried_, std::chrono::seconds{1}, now))
      (void)co_await tokens.write_pending();
    if (!is_due(tidied_, std::chrono::minutes{1}, now)) co_return;
    (void)co_await store->purge(max_store_page);
  }

private:
  using instant = clock::steady_time::duration;  // since the clock's epoch

  /** Whether it is time again; of several threads one is told so, and the time begins anew. */
  static bool is_due(std::atomic<instant>& last, instant interval, instant now) {
    auto before = last.load(std::memory_order_relaxed);
    return now >= before + interval && last.compare_exchange_strong(before, now, std::memory_order_relaxed);
  }

  clock const& time_;
  std::shared_ptr<document_availability> availability_;
  std::atomic<instant> tried_{instant{}};
  std::atomic<instant> tidied_{instant{}};
};

}  // namespace mcpawl::oauth
