// mcpawl/oauth/client/client_fetcher.hpp - clients that are described by a document at their own URL, fetched safely
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fetch.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/media_type.hpp>
#include <mcpawl/http/name_resolver.hpp>
#include <mcpawl/http/public_address.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/oauth/client/client.hpp>
#include <mcpawl/oauth/client/client_document.hpp>
#include <mcpawl/oauth/client/client_fetch_cache.hpp>
#include <mcpawl/oauth/client/client_fetch_lifetime.hpp>
#include <mcpawl/oauth/client/document_availability.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// GCC 12 sees one half of a coroutine's allocation inlined and the other not, and takes them for strangers.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace mcpawl::oauth {

/** How to fetch from URLs that clients chose. */
struct client_fetch_settings {
  /** The clock must outlive whatever is made with these settings. */
  explicit client_fetch_settings(http::tls_trust authorities, clock const& clocks = clock::system())
      : trust(std::move(authorities)), time(&clocks) {}

  /** Let the host be this machine; see the tag. */
  client_fetch_settings& allow(unsafe::loopback_is_public) noexcept {
    addresses = http::address_rule::public_or_loopback;
    return *this;
  }

  http::tls_trust trust;
  clock const* time;
  logger log;
  client_fetch_limits limits;
  redirect_rules redirects;
  std::chrono::milliseconds timeout{5000};  ///< For everything from the name lookup to the last byte.
  http::address_rule addresses = http::address_rule::only_public;
  /** So many host names at once; one thread each. While they all hang, further hosts are not asked. */
  std::size_t max_lookups = 8;
  std::shared_ptr<http::name_resolver const> names;  ///< Instead of one for `max_lookups`; may be null.
  /** The one port that is asked, but for this machine where it is allowed: strangers name no other service. */
  std::uint16_t port = 443;
  bool fetches = true;                                  ///< Otherwise there are the pinned clients alone.
  std::map<std::string, client, std::less<>> pinned;    ///< By their id; never fetched.
  std::map<std::string, client, std::less<>> fallback;  ///< By their id; while they cannot be fetched.
  /** Told which hosts of documents answer and which do not; may be null. */
  std::shared_ptr<document_availability> availability;
};

namespace detail {

inline bool is_json_type(std::string_view content_type) noexcept {
  std::string_view const type = http::bare_media_type(content_type);
  constexpr std::string_view family = "application/", suffix = "+json";
  if (http::is_json(type)) return true;
  return type.size() > family.size() + suffix.size() &&
         http::iequals(type.substr(0, family.size()), family) &&
         http::iequals(type.substr(type.size() - suffix.size()), suffix);
}

/** Whether a status says that a document is not to be had from here or now, rather than that there is none.

    403 and 451 among them: hosts that take a data centre for a robot answer so, and proxies on the way out.
*/
constexpr bool is_passing_status(int status) noexcept {
  return status >= 500 || status == 403 || status == 407 || status == 408 || status == 425 || status == 429 ||
         status == 451;
}

/** Whether an error says that a host cannot be reached from this network: besides what passes by itself, a
    network that inspects TLS shows a certificate of its own, and one that filters names gives them an address
    of its own. An address in the URL is nobody's doing but who wrote it. */
inline bool is_unreachable(error_code const& why, http::origin_url const& target) {
  if (why == condition::unavailable || why == condition::timed_out) return true;
  if (why == http::http_errc::certificate_refused) return true;
  char const last = target.host().back();
  bool const is_address = last == ']' || (last >= '0' && last <= '9');
  return why == http::http_errc::address_refused && !is_address && !target.is_loopback();
}

/** Fetches values of one kind, by way of the cache that all threads share. `Reader` has `value_type`,
    `max_bytes`, and `read(answer, url, settings)`, and knows the `lifetime` of a response. */
template <class Reader>
class client_fetcher {
public:
  using value_type = typename Reader::value_type;
  using value_ptr = std::shared_ptr<value_type const>;
  using cache = client_fetch_cache<value_type>;

  explicit client_fetcher(client_fetch_settings settings)
      : shared_(std::make_shared<shared>(std::move(settings))) {}

  /** Find what is at a URL; what is older than `oldest` is fetched again. */
  task<result<value_ptr>> find(std::string url, std::optional<std::chrono::seconds> oldest = {}) const {
    return find_in(shared_, std::move(url), oldest);
  }

  client_fetch_settings const& settings() const noexcept { return shared_->settings; }
  cache const& known() const noexcept { return *shared_->entries; }

private:
  struct shared {
    explicit shared(client_fetch_settings from)
        : settings(std::move(from)), entries(std::make_shared<cache>(settings.limits, *settings.time)) {
      for (auto const& [id, known] : settings.fallback)
        if (auto const at = http::origin_url::parse(id)) entries->know_host(at->host());
    }
    client_fetch_settings settings;
    std::shared_ptr<cache> entries;
  };

  static task<result<value_ptr>> find_in(std::shared_ptr<shared> all, std::string url,
                                         std::optional<std::chrono::seconds> oldest) {
    auto const target = http::origin_url::parse(url);
    if (!target || !target->is_secure()) co_return oauth_errc::unknown_client;
    bool const own_machine =
        all->settings.addresses != http::address_rule::only_public && target->is_loopback();
    if (target->port() != all->settings.port && !own_machine) co_return oauth_errc::unknown_client;
    auto const patience = std::chrono::steady_clock::now() + all->settings.timeout + all->settings.timeout;
    bool waited = false;
    for (;;) {
      // whoever waited for a fetch takes what it brought
      auto const wanted = waited ? std::nullopt : oldest;
      auto found = all->entries->look(url, target->host(), wanted);
      if (found.value) co_return std::move(found.value);
      if (found.over_budget) note_failure(all->settings, target->host(), found.error);
      if (found.error) co_return found.error;
      if (found.task) {
        auto const fetched = co_await fetch_document(all, std::move(*found.task), *target, url);
        co_return fetched;
      }
      // somebody else is fetching, perhaps on another thread
      waited = true;
      if (co_await found.ended->wait_until(patience)) continue;
      co_await mcpawl::detail::throw_if_cancelled();
      co_return oauth_errc::document_unavailable;
    }
  }

  static task<result<value_ptr>> fetch_document(std::shared_ptr<shared> all,
                                                typename cache::fetch_lease lease, http::origin_url target,
                                                std::string url) {
    client_fetch_settings const& settings = all->settings;
    http::fetch_request request(target);
    request.field("Accept", "application/json").timeout(settings.timeout).max_body_bytes(Reader::max_bytes);
    request.max_header_bytes(16 * 1024).names(settings.names);
    if (settings.addresses == http::address_rule::only_public) request.only_public_addresses();
    if (settings.addresses == http::address_rule::public_or_loopback)
      request.only_public_addresses(unsafe::loopback_is_public{});
    auto const answer = co_await http::fetch(std::move(request), settings.trust);
    // a cancelled fetch says nothing about the host: the lease is for another
    co_await mcpawl::detail::throw_if_cancelled();
    auto read = answer ? validate(*answer, url, settings) : result<value_type>{answer.error()};
    if (read) {
      note_answer(settings, target.host());
      auto value = std::make_shared<value_type const>(std::move(*read));
      lease.succeed(value, Reader::lifetime(*answer));
      co_return value;
    }
    error_code const why = read.error();
    if (why == http::http_errc::resolver_busy) {
      // says nothing about this host, so the next one may try it again
      settings.log.warning("client_fetch_refused", {{"url", url}, {"reason", why.message()}});
      co_return oauth_errc::document_unavailable;
    }
    std::string const status = answer ? std::to_string(answer->status) : std::string("none");
    bool const unreachable = is_unreachable(why, target);
    if (unreachable) {
      settings.log.write_limited(
          log_level::warning, "client_fetch_failed",
          {{"url", url}, {"reason", why.message()}, {"status", status}, {"setting", "CLIENT_DOCUMENTS"}});
      note_failure(settings, target.host(), why);
    } else {
      settings.log.write_limited(log_level::info, "client_fetch_failed",
                                 {{"url", url}, {"reason", why.message()}, {"status", status}});
      note_answer(settings, target.host());
    }
    bool const passing = why == condition::unavailable || why == condition::timed_out;
    error_code const told = passing ? oauth_errc::document_unavailable : own(why);
    lease.fail(told, !passing);
    if (!passing) co_return told;
    // what was good once may serve on
    auto left = all->entries->look(url, {});
    if (left.value) co_return std::move(left.value);
    co_return told;
  }

  static result<value_type> validate(http::fetch_response const& answer, std::string_view url,
                                     client_fetch_settings const& settings) {
    if (is_passing_status(answer.status)) return oauth_errc::document_unavailable;
    if (answer.status != 200 || !is_json_type(answer.content_type)) return oauth_errc::unknown_client;
    return Reader::read(answer.body, url, settings);
  }

  static void note_failure(client_fetch_settings const& settings, std::string_view host,
                           error_code const& why) {
    if (!settings.availability) return;
    auto const pause = settings.availability->failed(host);
    if (!pause) return;
    settings.log.warning("client_documents_not_advertised", {{"host", host},
                                                             {"reason", why.message()},
                                                             {"seconds", std::to_string(pause->count())},
                                                             {"setting", "CLIENT_DOCUMENTS"}});
  }

  static void note_answer(client_fetch_settings const& settings, std::string_view host) {
    if (settings.availability && settings.availability->reached(host))
      settings.log.info("client_documents_advertised", {{"host", host}});
  }

  /** What other layers say is for the log; the client is told that there is no such client. */
  static error_code own(error_code why) noexcept {
    if (why == http::http_errc::answer_too_large) return oauth_errc::registration_too_large;
    return own_errc(why) ? why : make_error_code(oauth_errc::unknown_client);
  }

  std::shared_ptr<shared> shared_;
};

/** Reads a client out of its document. */
struct client_document_source {
  using value_type = client;
  static constexpr std::size_t max_bytes = max_client_document;

  static std::chrono::seconds lifetime(http::fetch_response const& answer) noexcept {
    return document_lifetime(answer);
  }
  static result<client> read(std::string_view body, std::string_view url,
                             client_fetch_settings const& settings) {
    auto metadata = parse_client_document(body, url, settings.redirects);
    if (!metadata) return metadata.error();
    client out;
    out.id = url;
    out.metadata = std::move(*metadata);
    return out;
  }
};

/** Reads the keys of a client out of what its `jwks_uri` leads to. */
struct client_key_source {
  using value_type = jose::jwk_set;
  static constexpr std::size_t max_bytes = 16 * 1024;

  static std::chrono::seconds lifetime(http::fetch_response const&) noexcept {
    return std::chrono::seconds{300};
  }
  static result<jose::jwk_set> read(std::string_view body, std::string_view, client_fetch_settings const&) {
    return jose::parse_jwk_set(body);
  }
};

}  // namespace detail

/** The clients whose client_id is the URL of a document about them (OAuth Client ID Metadata Document).

    What a stranger names is fetched with care: https at port 443 with a verified certificate, public addresses
    alone, no redirect, 5 KiB and 5 seconds in all, only so often, and once for all who ask at the same time.
    Its host is looked up apart from all others, few at once. What an operator has pinned is not fetched at
    all; what is known beforehand stands in while nothing can be fetched.

    @par Errors
    `oauth_errc::unknown_client`, `oauth_errc::document_elsewhere`, and those of `parse_client_document`: there is no such
    client. `oauth_errc::document_unavailable`: perhaps later. The precise reason is in the log.
    @par Lifetime
    The clock of the settings must outlive it and its tasks; the tasks may outlive it.
    @par Cancellation
    Ends the wait. If it was this one that fetched, another begins again.
    @par Thread safety
    All functions may be called from any thread at once. Copies share what was fetched: make one for a
    process.
*/
class client_documents {
public:
  explicit client_documents(client_fetch_settings settings)
      : documents_(with_names(settings)), keys_(for_keys(documents_.settings())) {}

  /** Find a client. */
  task<result<client>> find(std::string url) const { return find_in(documents_, std::move(url)); }

  /** Find the keys of a client: those in its document, or those its `jwks_uri` leads to, which are fetched
      again if they are older than `oldest`.

      @par Errors
      `oauth_errc::authentication_failed` if it has none that can be used, `oauth_errc::document_unavailable`.
  */
  task<result<std::shared_ptr<jose::jwk_set const>>> keys_of(
      client_metadata const& of, std::optional<std::chrono::seconds> oldest = {}) const {
    return keys_in(keys_, of.jwks, of.jwks_uri, oldest);
  }

  /** Whether a client is known without a fetch, or was not long ago. */
  bool knows(std::string_view url) const {
    auto const& settings = documents_.settings();
    return settings.pinned.find(url) != settings.pinned.end() || documents_.known().knows(url);
  }

  /** How many documents are kept, good and bad ones. */
  std::size_t size() const { return documents_.known().size(); }

private:
  using document_fetcher = detail::client_fetcher<detail::client_document_source>;
  using key_fetcher = detail::client_fetcher<detail::client_key_source>;

  /** Names of documents and of keys are resolved by the same few threads, apart from all others. */
  static client_fetch_settings with_names(client_fetch_settings settings) {
    if (!settings.names)
      settings.names = std::make_shared<http::name_resolver const>(
          http::name_resolver::strangers_limits(settings.max_lookups));
    return settings;
  }

  /** Whether keys can be had decides nothing about documents. */
  static client_fetch_settings for_keys(client_fetch_settings settings) {
    settings.availability.reset();
    settings.pinned.clear();
    settings.fallback.clear();
    return settings;
  }

  static task<result<client>> find_in(document_fetcher documents, std::string url) {
    if (!is_client_document_url(url)) co_return oauth_errc::unknown_client;
    auto const& settings = documents.settings();
    auto const pinned = settings.pinned.find(url);
    if (pinned != settings.pinned.end()) co_return pinned->second;
    if (!settings.fetches) co_return oauth_errc::unknown_client;
    std::string id = url;
    auto const found = co_await documents.find(std::move(url));
    if (found) co_return **found;
    auto const known = settings.fallback.find(id);
    bool const helps = found.error() == oauth_errc::document_unavailable && known != settings.fallback.end();
    if (helps) co_return known->second;
    co_return found.error();
  }

  static task<result<std::shared_ptr<jose::jwk_set const>>> keys_in(
      key_fetcher keys, std::string jwks, std::string jwks_uri, std::optional<std::chrono::seconds> oldest) {
    if (!jwks.empty()) {
      auto parsed = jose::parse_jwk_set(jwks);
      if (!parsed) co_return oauth_errc::authentication_failed;
      co_return std::make_shared<jose::jwk_set const>(std::move(*parsed));
    }
    if (!keys.settings().fetches) co_return oauth_errc::authentication_failed;
    auto found = co_await keys.find(std::move(jwks_uri), oldest);
    if (!found && found.error() != oauth_errc::document_unavailable)
      co_return oauth_errc::authentication_failed;
    co_return found;
  }

  document_fetcher documents_;
  key_fetcher keys_;
};

}  // namespace mcpawl::oauth

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
