// examples/access_emulator.cpp - a stand-in for Cloudflare Access, in front of an MCP server under
// development
#include <mcpawl/core/log.hpp>
#include <mcpawl/test/certs_endpoint.hpp>
#include <mcpawl/test/fake_access.hpp>

#include "emulated.hpp"
#include "options.hpp"
#include "relay.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>
#include <boost/url/encoding_opts.hpp>
#include <boost/url/parse_query.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

constexpr char usage[] =
    R"(usage: access_emulator [--listen ADDRESS:PORT] [--upstream ADDRESS:PORT] [--aud TAG] [--as EMAIL] [--expose]

Stands in for Cloudflare Access on this machine, for development and tests: whoever reaches it is whoever
they say they are. It adds a token to each request and passes it on to your server.

  --listen ADDRESS:PORT    127.0.0.1:8787; port 0 for any that is free
  --upstream ADDRESS:PORT  the server to protect; it can be set later
  --aud TAG                the AUD tag of the application; "emulated-application"
  --as EMAIL               who you are unless a request says otherwise; alice@example.com, or `none` for nobody
  --expose                 allow an address that other machines can reach

Run your server with TEAM_DOMAIN=http://127.0.0.1:PORT (the address of the emulator) and POLICY_AUD=TAG.

A request chooses its caller (these fields are not passed on):
  Cf-Emulator-Email: bob@example.com                another user
  Cf-Emulator-Email: none                           nobody: Access refuses with 401
  CF-Access-Client-Id: x  CF-Access-Client-Secret: y   a service token; any secret is taken

Paths of its own:
  GET  /cdn-cgi/access/certs           the two published keys
  GET  /emulator                       its state, as JSON
  POST /emulator/rotate                publish a new key and sign with it
  POST /emulator/token                 a token as text, for a form or JSON with `email` or `service`; optional:
                                       `lifetime` in seconds (may be negative), `forgery` (see below) and, in
                                       JSON, `claims`: an object with claims to set, null to leave one out
  POST /emulator/certs?state=STATE     up, or how the certs endpoint fails from now on
  POST /emulator/upstream              the body is ADDRESS:PORT
)";

namespace {

using namespace examples;
using request_head = http::request<http::empty_body>;
using answer = http::response<http::string_body>;

template <class Text>
std::string_view view(Text const& text) {
  return {text.data(), text.size()};
}

answer reply(http::status status, std::string_view type, std::string body) {
  answer out(status, 11);
  out.set(http::field::content_type, boost::beast::string_view(type.data(), type.size()));
  out.set(http::field::cache_control, "no-store");
  out.body() = std::move(body);
  return out;
}
answer complain(http::status status, std::string text) {
  return reply(status, "text/plain", std::move(text) + '\n');
}

class emulator {
public:
  emulator(asio::io_context& context, tcp::acceptor acceptor, std::string team_domain, std::string audience,
           std::string as, endpoint upstream, bool exposed)
      : acceptor_(std::move(acceptor)),
        access_(std::move(team_domain), std::move(audience)),
        certs_(context.get_executor()),
        tokens_(access_),
        as_(std::move(as)),
        exposed_(exposed) {
    certs_.serve(access_);
    if (auto const at = parse_endpoint(certs_.team_domain().substr(7))) certs_at_ = to_tcp(*at);
    if (!upstream.address.empty()) upstream_ = to_tcp(upstream);
  }

  task<> serve() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(quiet);
      if (error == asio::error::operation_aborted) co_return;
      if (error) {  // out of descriptors, most likely
        co_await pause(acceptor_.get_executor(), std::chrono::milliseconds(100));
        continue;
      }
      auto const executor = socket.get_executor();
      auto ended = [this](std::exception_ptr failure) { report(failure); };
      asio::co_spawn(executor, visit(std::move(socket)), ended);
    }
  }

private:
  static tcp::endpoint to_tcp(endpoint const& at) { return {asio::ip::make_address(at.address), at.port}; }

  void report(std::exception_ptr failure) const {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (std::exception const& thrown) {
      log_.error("a request failed", {{"what", thrown.what()}});
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

  /** Answer the one request of a connection. */
  task<> visit(tcp::socket socket) {
    visitor from(std::move(socket));
    boost::system::error_code ignored;
    from.socket.set_option(tcp::no_delay(true), ignored);
    bool const readable = co_await read_head_in_time(from);
    if (!readable) co_return;
    request_head& head = from.head.get();
    std::string const target(view(head.target()));
    std::string_view const path = std::string_view(target).substr(0, target.find('?'));
    std::optional<answer> own;
    if (path == "/cdn-cgi/access/certs") {
      co_await relay(from, certs_at_);
    } else if (path.starts_with("/cdn-cgi/")) {
      own = complain(http::status::not_found, "the emulator has nothing of Access but its certs");
    } else if (path == "/emulator" || path.starts_with("/emulator/")) {
      own = co_await control(from, target);
    } else {
      own = co_await protect(from);
    }
    if (own) {
      own->keep_alive(false);
      own->prepare_payload();
      co_await http::async_write(from.socket, *own, quiet);
    }
    co_await close_gently(from.socket);
  }

  // --- what Access does

  /** Pass a request on with a token, as Access does for an application with Managed OAuth. */
  task<std::optional<answer>> protect(visitor& from) {
    request_head& head = from.head.get();
    caller const who = caller_of(head);
    log_.info("request", {{"method", view(head.method_string())},
                          {"target", view(head.target())},
                          {"as", who.kind == caller::nobody ? "nobody" : std::string_view(who.name)}});
    if (who.kind == caller::nobody) {
      answer refused = reply(http::status::unauthorized, "application/json", R"({"error":"unauthorized"})");
      refused.set(http::field::www_authenticate, "Bearer realm=\"access_emulator\"");
      co_return refused;
    }
    if (!upstream_) co_return complain(http::status::bad_gateway, "no server yet: POST /emulator/upstream");
    strip(head);
    head.insert("Cf-Access-Jwt-Assertion", tokens_.token_for(who));
    if (who.kind == caller::user) head.insert("Cf-Access-Authenticated-User-Email", who.name);
    head.keep_alive(false);
    bool const reached = co_await relay(from, *upstream_);
    if (!reached) co_return complain(http::status::bad_gateway, "the server does not accept connections");
    co_return std::nullopt;
  }

  caller caller_of(request_head const& head) const {
    auto const id = head.find("CF-Access-Client-Id"), secret = head.find("CF-Access-Client-Secret");
    if (id != head.end() || secret != head.end()) {
      bool const both =
          id != head.end() && secret != head.end() && !id->value().empty() && !secret->value().empty();
      return both ? caller{caller::service, std::string(view(id->value()))} : caller{};
    }
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

  task<answer> control(visitor& from, std::string const& target) {
    // a page in a browser must not be able to reach this
    std::string_view const host = view(from.head.get()[http::field::host]);
    bool const local =
        host.starts_with("127.0.0.1:") || host.starts_with("localhost:") || host.starts_with("[::1]:");
    if (from.head.get().count(http::field::origin) != 0 || !(local || exposed_))
      co_return complain(http::status::forbidden, "not for web pages");

    http::request_parser<http::string_body> whole(std::move(from.head));
    whole.body_limit(64 * 1024);
    auto const [failed, size] = co_await http::async_read(from.socket, from.buffer, whole, quiet);
    if (failed) co_return complain(http::status::bad_request, "the body cannot be read: " + failed.message());
    std::string const& body = whole.get().body();
    std::string_view const path = std::string_view(target).substr(0, target.find('?'));
    if (path == "/emulator") co_return state();
    if (whole.get().method() != http::verb::post)
      co_return complain(http::status::method_not_allowed, "use POST");
    if (path == "/emulator/rotate") co_return rotate();
    if (path == "/emulator/token") co_return token(body);
    if (path == "/emulator/certs")
      co_return set_certs(target.substr(std::min(path.size() + 1, target.size())));
    if (path == "/emulator/upstream") co_return set_upstream(body);
    co_return complain(http::status::not_found, "no such thing: see --help");
  }

  answer state() const {
    boost::json::object out;
    out["team_domain"] = access_.issuer();
    out["aud"] = access_.audience();
    out["as"] = as_;
    out["upstream"] =
        upstream_ ? upstream_->address().to_string() + ':' + std::to_string(upstream_->port()) : "";
    out["signing_kid"] = access_.current_key().kid();
    out["certs_fetches"] = certs_.fetches();
    return reply(http::status::ok, "application/json", boost::json::serialize(out) + '\n');
  }

  answer rotate() {
    access_.rotate();
    tokens_.clear();
    return state();
  }

  answer set_certs(std::string const& query) {
    certs_fault const* const fault = find_name(certs_states, text_of(read_form(query), "state"));
    if (!fault) return complain(http::status::bad_request, "state must be one of: " + names_of(certs_states));
    certs_.fault(*fault);
    return state();
  }

  answer set_upstream(std::string const& text) {
    auto const at = parse_endpoint(text);
    if (!at || at->port == 0) return complain(http::status::bad_request, "the body must be ADDRESS:PORT");
    upstream_ = to_tcp(*at);
    return state();
  }

  answer token(std::string const& body) {
    boost::system::error_code error;
    boost::json::value const parsed =
        body.starts_with('{') ? boost::json::parse(body, error) : read_form(body);
    if (error) return complain(http::status::bad_request, "the body is neither a form nor JSON");
    boost::json::object const& wish = parsed.get_object();
    std::string const email = text_of(wish, "email"), service = text_of(wish, "service");
    if (email.empty() == service.empty())
      return complain(http::status::bad_request, "say for whom: `email` or `service`");
    if (std::string const name = text_of(wish, "forgery"); !name.empty()) {
      forgery const* const how = find_name(forgeries, name);
      if (how && !email.empty()) return reply(http::status::ok, "text/plain", access_.forge(*how, email));
      return complain(http::status::bad_request, "forgery is for an email, one of: " + names_of(forgeries));
    }
    mcpawl::test::access_token made = email.empty() ? access_.service(service) : access_.user(email);
    if (std::string const lifetime = text_of(wish, "lifetime"); !lifetime.empty()) {
      int seconds = 0;
      if (!parse_number(lifetime, seconds))
        return complain(http::status::bad_request, "lifetime must be a number of seconds");
      made.claim("exp", mcpawl::clock::system().wall() + seconds);
    }
    if (auto const* const claims = wish.if_contains("claims")) {
      if (!claims->is_object()) return complain(http::status::bad_request, "claims must be an object");
      for (auto const& claim : claims->get_object()) {
        std::string_view const name = view(claim.key());
        if (claim.value().is_null())
          made.without(name);
        else
          made.claim(name, claim.value());
      }
    }
    return reply(http::status::ok, "text/plain", access_.sign(made));
  }

  static boost::json::object read_form(std::string const& text) {
    boost::json::object out;
    auto const parsed = boost::urls::parse_query(text);
    if (!parsed) return out;
    boost::urls::encoding_opts options;
    options.space_as_plus = true;
    for (auto const& field : *parsed) out[field.key.decode(options)] = field.value.decode(options);
    return out;
  }

  /** A member as text; numbers are taken as they are written. */
  static std::string text_of(boost::json::object const& from, char const* name) {
    auto const* const found = from.if_contains(name);
    if (!found) return std::string();
    return found->is_string() ? std::string(found->get_string()) : boost::json::serialize(*found);
  }

  tcp::acceptor acceptor_;
  mcpawl::test::fake_access access_;
  mcpawl::test::certs_endpoint
      certs_;  // on a port of its own, since a proper server could not fail like that
  tcp::endpoint certs_at_;
  token_cache tokens_;
  std::string as_;
  bool exposed_;
  std::optional<tcp::endpoint> upstream_;
  mcpawl::logger log_;
};

tcp::acceptor listen_on(asio::io_context& context, tcp::endpoint const& at) {
  tcp::acceptor acceptor(context);
  acceptor.open(at.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.bind(at);
  acceptor.listen();
  return acceptor;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    mcpawl::settings settings;
    command_line line(argc, argv, usage, settings);
    endpoint const at = line.listen("--listen", "127.0.0.1:8787");
    endpoint const upstream = line.peer("--upstream");
    std::string const audience = line.text("--aud", "emulated-application");
    std::string const as = line.text("--as", "alice@example.com");
    bool const exposed = line.flag("--expose");
    line.finish();
    if (as != "none" && as.find('@') == std::string::npos)
      settings.mistake("--as", "must be an email, or none");
    boost::system::error_code no_address;
    auto const address = asio::ip::make_address(at.address, no_address);
    if (!no_address && !address.is_loopback() && !exposed)
      settings.mistake("--listen",
                       "names an address that other machines can reach; if you mean it, say --expose");
    settings.complain();

    asio::io_context context(1);
    tcp::acceptor acceptor = listen_on(context, {address, at.port});
    std::string const port = std::to_string(acceptor.local_endpoint().port());
    bool const v6 = address.is_v6();
    std::string const host = v6 ? '[' + at.address + ']' : at.address;
    std::string const origin = "http://" + (address.is_loopback() ? host : "127.0.0.1") + ':' + port;
    emulator access(context, std::move(acceptor), origin, audience, as, upstream, exposed);

    std::fprintf(stderr,
                 "THIS IS NO PROTECTION: the access emulator lets everybody in, as whoever they say. For "
                 "development.\n"
                 "Run your server with TEAM_DOMAIN=%s POLICY_AUD=%s\n",
                 origin.c_str(), audience.c_str());
    std::printf("listening on http://%s:%s/mcp\n", host.c_str(), port.c_str());
    std::fflush(stdout);

    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](auto const&, int) { context.stop(); });
    asio::co_spawn(context, access.serve(), asio::detached);
    context.run();
    return 0;
  } catch (mcpawl::configuration_error const& mistakes) {
    std::fprintf(stderr, "%s\n", mistakes.what());
    return 2;
  } catch (boost::system::system_error const& failure) {
    std::fprintf(stderr, "cannot listen: %s\n", failure.code().message().c_str());
    return 1;
  }
}
