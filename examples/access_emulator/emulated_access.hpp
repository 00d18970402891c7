// examples/access_emulator/emulated_access.hpp - the access emulator itself: what comes to it, and where it goes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log.hpp>
#include <mcpawl/test/certs_endpoint.hpp>
#include <mcpawl/test/fake_access.hpp>
#include <mcpawl/test/fake_oidc.hpp>

#include "../shared/options.hpp"
#include "emulated.hpp"
#include "emulated_link.hpp"
#include "emulated_oidc.hpp"
#include "emulated_reply.hpp"
#include "emulated_token.hpp"
#include "relay.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace examples {

using request_head = http::request<http::empty_body>;

/** One protected application: its tokens, and the server behind it. */
struct application {
  token_cache tokens;
  std::optional<tcp::endpoint> upstream;
};

/** What the command line says about the emulator. */
struct emulator_settings {
  std::string team_domain, audience, linked_audience;
  std::string as;
  endpoint upstream, linked_upstream;
  bool exposed = false;
};

/** Stands in for Cloudflare Access: the certs and the sign-in of a team, a protected application, one that is
    linked to it, and the switches over all of them.

    @par Lifetime
    The context must have stopped before it is destroyed.
    @par Thread safety
    One thread.
*/
class emulator {
public:
  emulator(asio::io_context& context, emulator_settings settings, mcpawl::test::fake_oidc_options oidc)
      : access_(std::move(settings.team_domain), settings.audience),
        provider_(access_, std::move(oidc)),
        oidc_(provider_),
        certs_(context.get_executor()),
        main_{token_cache(access_, std::move(settings.audience)), std::nullopt},
        linked_{token_cache(access_, std::move(settings.linked_audience)), std::nullopt},
        links_(access_, provider_),
        as_(std::move(settings.as)),
        exposed_(settings.exposed) {
    certs_.serve(access_);
    if (auto const at = parse_endpoint(certs_.team_domain().substr(7))) certs_at_ = to_tcp(*at);
    if (!settings.upstream.address.empty()) main_.upstream = to_tcp(settings.upstream);
    if (!settings.linked_upstream.address.empty()) linked_.upstream = to_tcp(settings.linked_upstream);
  }

  /** Answer what comes to the team domain and to the first application. */
  task<> serve(tcp::acceptor acceptor) { return accept(std::move(acceptor), &emulator::route); }
  /** Answer what comes to the linked application. */
  task<> serve_linked(tcp::acceptor acceptor) {
    linked_at_ = acceptor.local_endpoint();
    return accept(std::move(acceptor), &emulator::protect_linked);
  }

  std::string settings_for_saas() const {
    return "ACCESS_CLIENT_ID=" + provider_.client_id() +
           " ACCESS_CLIENT_SECRET=" + provider_.client_secret() +
           "\nACCESS_AUTHORIZATION_URL=" + provider_.authorization_url() +
           "\nACCESS_TOKEN_URL=" + provider_.token_url() + "\nACCESS_JWKS_URL=" + provider_.jwks_url();
  }

private:
  static tcp::endpoint to_tcp(endpoint const& at) { return {asio::ip::make_address(at.address), at.port}; }

  void report(std::exception_ptr failure) const {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (std::exception const& thrown) {
      log_.error("request_failed", {{"reason", thrown.what()}});
    }
  }

  task<bool> read_head(visitor& from) {
    auto const [failed, size] = co_await http::async_read_header(from.socket, from.buffer, from.head, quiet);
    co_return !failed;
  }

  task<bool> read_head_in_time(visitor& from) {
    using namespace asio::experimental::awaitable_operators;
    auto const first =
        co_await (read_head(from) || pause(from.socket.get_executor(), std::chrono::seconds(30)));
    co_return first.index() == 0 && std::get<0>(first);
  }

  using answering = task<std::optional<answer>> (emulator::*)(visitor&);

  task<> accept(tcp::acceptor acceptor, answering how) {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(quiet);
      if (error == asio::error::operation_aborted) co_return;
      if (error) {  // out of descriptors, most likely
        co_await pause(acceptor.get_executor(), std::chrono::milliseconds(100));
        continue;
      }
      auto const executor = socket.get_executor();
      auto ended = [this](std::exception_ptr failure) { report(failure); };
      asio::co_spawn(executor, visit(std::move(socket), how), ended);
    }
  }

  /** Answer the one request of a connection. */
  task<> visit(tcp::socket socket, answering how) {
    visitor from(std::move(socket));
    boost::system::error_code ignored;
    from.socket.set_option(tcp::no_delay(true), ignored);
    bool const readable = co_await read_head_in_time(from);
    if (!readable) co_return;
    std::optional<answer> own = co_await (this->*how)(from);
    if (own) {
      own->keep_alive(false);
      own->prepare_payload();
      co_await http::async_write(from.socket, *own, quiet);
    }
    co_await close_gently(from.socket);
  }

  task<std::optional<answer>> route(visitor& from) {
    std::string const target(view(from.head.get().target()));
    std::string_view const path = std::string_view(target).substr(0, target.find('?'));
    if (path == "/cdn-cgi/access/certs" || path == mcpawl::test::get_identity_path) {
      co_await relay(from, certs_at_);
    } else if (emulated_oidc::is_for_it(path)) {
      log_.info("sign_in", {{"method", view(from.head.get().method_string())}, {"path", path}});
      // a page may send its visitor here, but under no name of its own
      if (!is_local(from)) co_return error_answer(http::status::forbidden, "not under this name");
      co_await oidc_.serve(from);
    } else if (path.starts_with("/cdn-cgi/")) {
      co_return error_answer(http::status::not_found, "the emulator has nothing else of Access");
    } else if (path == "/emulator" || path.starts_with("/emulator/")) {
      answer said = co_await control(from, target);
      co_return said;
    } else {
      std::optional<answer> refused = co_await protect(from);
      co_return refused;
    }
    co_return std::nullopt;
  }

  // --- what Access does

  /** Pass a request on with a token, as Access does for an application with Managed OAuth. */
  task<std::optional<answer>> protect(visitor& from) {
    caller const who = caller_of(from.head.get());
    if (who.kind == caller::nobody) {
      note(from, who);
      answer refused = reply(http::status::unauthorized, "application/json", R"({"error":"unauthorized"})");
      refused.set(http::field::www_authenticate, "Bearer realm=\"access_emulator\"");
      co_return refused;
    }
    std::optional<answer> failed = co_await pass_on(from, main_, who);
    co_return failed;
  }

  /** Pass a request on if it is made for somebody who uses the first application. */
  task<std::optional<answer>> protect_linked(visitor& from) {
    request_head const& head = from.head.get();
    bool const ambiguous = head.count("Cf-Access-Token") > 1 || head.count(http::field::authorization) > 1;
    caller const who =
        ambiguous ? caller()
                  : links_.caller_of(view(head["Cf-Access-Token"]), view(head[http::field::authorization]));
    if (who.kind == caller::nobody) {
      note(from, who);
      co_return reply(http::status::forbidden, "application/json", R"({"error":"forbidden"})");
    }
    std::optional<answer> failed = co_await pass_on(from, linked_, who);
    co_return failed;
  }

  task<std::optional<answer>> pass_on(visitor& from, application& to, caller const& who) {
    note(from, who);
    if (!to.upstream)
      co_return error_answer(http::status::bad_gateway, "no server yet: POST /emulator/upstream");
    request_head& head = from.head.get();
    strip(head);
    head.insert("Cf-Access-Jwt-Assertion", to.tokens.token_for(who));
    if (who.kind == caller::user) head.insert("Cf-Access-Authenticated-User-Email", who.name);
    head.keep_alive(false);
    bool const reached = co_await relay(from, *to.upstream);
    if (!reached) co_return error_answer(http::status::bad_gateway, "the server does not accept connections");
    co_return std::nullopt;
  }

  void note(visitor const& from, caller const& who) {
    request_head const& head = from.head.get();
    log_.info("request", {{"method", view(head.method_string())},
                          {"target", view(head.target())},
                          {"as", who.kind == caller::nobody ? "nobody" : std::string_view(who.name)}});
  }

  caller caller_of(request_head const& head) const {
    auto const id = head.find("CF-Access-Client-Id"), secret = head.find("CF-Access-Client-Secret");
    if (id != head.end() || secret != head.end()) {
      bool const both =
          id != head.end() && secret != head.end() && !id->value().empty() && !secret->value().empty();
      return both ? caller{caller::service, std::string(view(id->value()))} : caller{};
    }
    if (auto const subject = head.find("Cf-Emulator-Subject");
        subject != head.end() && !subject->value().empty())
      return {caller::end_user, std::string(view(subject->value()))};
    auto const chosen = head.find("Cf-Emulator-Email");
    std::string name = chosen == head.end() ? as_ : std::string(view(chosen->value()));
    return name.empty() || name == "none" ? caller{} : caller{caller::user, std::move(name)};
  }

  /** Drop what only Access may say, what is meant for the emulator, and what concerns one connection alone.
   */
  static void strip(request_head& head) {
    std::vector<std::string> dropped{"Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "TE",
                                     "Upgrade"};
    for (auto const& field : head) {
      std::string const name = lower(std::string(view(field.name_string())));
      if (name.starts_with("cf-access-") || name.starts_with("cf-emulator-")) dropped.push_back(name);
      if (name != "connection") continue;
      for (auto const& token : http::token_list(field.value())) {
        std::string const named = lower(std::string(view(token)));
        // a client must not have the framing of its own body dropped
        if (named != "host" && named != "content-length" && named != "transfer-encoding")
          dropped.push_back(named);
      }
    }
    for (auto const& name : dropped) head.erase(boost::beast::string_view(name));
  }

  // --- what only the emulator does

  /** Whether the client names this machine: a page whose own name was made to point here does not. */
  bool is_local(visitor const& from) const {
    std::string_view const host = view(from.head.get()[http::field::host]);
    return exposed_ || host.starts_with("127.0.0.1:") || host.starts_with("localhost:") ||
           host.starts_with("[::1]:");
  }

  task<answer> control(visitor& from, std::string const& target) {
    // a page in a browser must not be able to reach this
    if (from.head.get().count(http::field::origin) != 0 || !is_local(from))
      co_return error_answer(http::status::forbidden, "not for web pages");

    http::request_parser<http::string_body> whole(std::move(from.head));
    whole.body_limit(64 * 1024);
    auto const [failed, size] = co_await http::async_read(from.socket, from.buffer, whole, quiet);
    if (failed)
      co_return error_answer(http::status::bad_request, "the body cannot be read: " + failed.message());
    std::string const& body = whole.get().body();
    std::string_view const path = std::string_view(target).substr(0, target.find('?'));
    if (path == "/emulator") co_return state();
    if (whole.get().method() != http::verb::post)
      co_return error_answer(http::status::method_not_allowed, "use POST");
    if (path == "/emulator/rotate") co_return rotate();
    if (path == "/emulator/token") co_return mint_token(access_, body);
    if (path == "/emulator/certs")
      co_return set_certs(target.substr(std::min(path.size() + 1, target.size())));
    if (path == "/emulator/upstream") co_return set_upstream(main_, body);
    if (path == "/emulator/linked-upstream") co_return set_upstream(linked_, body);
    if (path == "/emulator/oidc") co_return set_oidc(body);
    co_return error_answer(http::status::not_found, "no such thing: see --help");
  }

  static std::string place_of(std::optional<tcp::endpoint> const& at) {
    if (!at) return std::string();
    std::string const address = at->address().to_string();
    return (at->address().is_v6() ? '[' + address + ']' : address) + ':' + std::to_string(at->port());
  }

  answer state() const {
    boost::json::object out;
    out["team_domain"] = access_.issuer();
    out["aud"] = access_.audience();
    out["as"] = as_;
    out["upstream"] = place_of(main_.upstream);
    out["signing_kid"] = access_.current_key().kid();
    out["certs_fetches"] = certs_.fetches();
    out["oidc"] = oidc_.state();
    if (linked_at_) {
      boost::json::object linked;
      linked["url"] = "http://" + place_of(linked_at_);
      linked["aud"] = linked_.tokens.audience();
      linked["upstream"] = place_of(linked_.upstream);
      out["linked"] = std::move(linked);
    }
    return reply(http::status::ok, "application/json", boost::json::serialize(out) + '\n');
  }

  answer rotate() {
    access_.rotate();
    main_.tokens.clear();
    linked_.tokens.clear();
    return state();
  }

  answer set_certs(std::string const& query) {
    certs_fault const* const fault = find_name(certs_states, text_of(read_form(query), "state"));
    if (!fault)
      return error_answer(http::status::bad_request, "state must be one of: " + names_of(certs_states));
    certs_.fault(*fault);
    return state();
  }

  answer set_upstream(application& of, std::string const& text) {
    auto const at = parse_endpoint(text);
    if (!at || at->port == 0) return error_answer(http::status::bad_request, "the body must be ADDRESS:PORT");
    of.upstream = to_tcp(*at);
    return state();
  }

  answer set_oidc(std::string const& form) {
    std::string const wrong = oidc_.change(read_form(form));
    return wrong.empty() ? state() : error_answer(http::status::bad_request, wrong);
  }

  mcpawl::test::fake_access access_;
  mcpawl::test::fake_oidc provider_;
  emulated_oidc oidc_;
  mcpawl::test::certs_endpoint
      certs_;  // on a port of its own, since a proper server could not fail like that
  tcp::endpoint certs_at_;
  application main_, linked_;
  linked_callers links_;
  std::optional<tcp::endpoint> linked_at_;
  std::string as_;
  bool exposed_;
  mcpawl::logger log_;
};

}  // namespace examples
