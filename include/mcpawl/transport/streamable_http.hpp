// mcpawl/transport/streamable_http.hpp - MCP over HTTP: one endpoint, both kinds of client
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/media_type.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/jsonrpc/write.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/types/request.hpp>
#include <mcpawl/observe/message_note.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/transport/address_key.hpp>
#include <mcpawl/transport/body_refusal.hpp>
#include <mcpawl/transport/call_stream.hpp>
#include <mcpawl/transport/cors.hpp>
#include <mcpawl/transport/denied.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/event_stream.hpp>
#include <mcpawl/transport/lasting_style.hpp>
#include <mcpawl/transport/loopback_only.hpp>
#include <mcpawl/transport/media.hpp>
#include <mcpawl/transport/observed_request.hpp>
#include <mcpawl/transport/protocol_fields.hpp>
#include <mcpawl/transport/response_status.hpp>
#include <mcpawl/transport/scope_response.hpp>
#include <mcpawl/transport/session_sharing.hpp>
#include <mcpawl/transport/streamable_http_settings.hpp>
#include <mcpawl/transport/thread_figures.hpp>
#include <mcpawl/transport/turns.hpp>
#include <mcpawl/transport/user_routes.hpp>
#include <mcpawl/transport/visitor_page.hpp>
#include <mcpawl/transport/whole_response.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** Serves MCP's Streamable HTTP transport on one thread (all revisions, MCP "Transports").

    The order of decisions: host and origin, preflight, paths of the policy's own, routes of the user's, authentication, path,
    method, content type, size, turn (`turns`), and only then is a byte of JSON read.

    @par Thread safety
    One per thread, with its own copy of the policy.
*/
class streamable_http {
public:
  using settings = streamable_http_settings;

  streamable_http(settings const& shared, std::unique_ptr<erased_policy> auth, dispatcher protocol)
      : shared_(shared),
        auth_(std::move(auth)),
        protocol_(std::move(protocol)),
        turns_(shared.bounds.max_requests_per_round) {
    if (shared.observed) observer_.emplace(*shared.observed);
  }

  /** Tell the policy where it runs; once, before the first request. */
  void attach(boost::asio::any_io_executor executor) {
    turns_.attach(executor);
    auth_environment const environment{std::move(executor),   shared_.log,      shared_.path,
                                       shared_.loopback_only, shared_.observed, shared_.shares_listeners};
    auth_->attach(environment);
  }

  /** Count requests for observers, if there are some. `to` must outlive it. */
  void show(thread_figures& to) noexcept {
    if (observer_) observer_->show(to);
  }

  /** Answer one request. */
  task<> operator()(http::exchange& ex) {
    if (observer_) [[unlikely]]
      return answer_observed(ex);
    return answer(ex, nullptr);
  }

private:
  /** All who are not let in are one caller, so that those who are have theirs however many of them there are. */
  static constexpr std::string_view strangers{"\0not let in", 11};

  task<> answer_observed(http::exchange& ex) {
    request_note note;
    observer_->begin(note, ex);
    std::exception_ptr failed;
    try {
      co_await answer(ex, &note);
    } catch (...) {
      // the connection answers for it
      failed = std::current_exception();
      if (!ex.responded()) note.response.status = 500;
    }
    observer_->end(note, ex, shared_.listener_names[ex.listener()]);
    if (failed) std::rethrow_exception(failed);
  }

  /** @param note  for observers; null where there are none */
  task<> answer(http::exchange& ex, request_note* note) {
    http::request_head const& head = ex.head();
    public_route const route = auth_->route_of(head);
    bool const any_origin = route == public_route::any_origin;
    if (auto const why = refusal_of(ex, any_origin)) {
      shared_.log.write_limited(log_level::warning, "request_refused",
                                {{"reason", *why},
                                 {"host", head.find("host").value_or("")},
                                 {"origin", head.find("origin").value_or("")}});
      co_await ex.respond(refusal(403, *why));
      co_return;
    }
    if (is_preflight(head)) {
      http::response response =
          any_origin ? preflight_response_to_any_origin() : preflight_response(head, shared_.allowed_headers);
      co_await ex.respond(std::move(response));
      co_return;
    }
    if (route != public_route::none) {
      if (note) {
        note->route = head.path();
        note->of_policy = true;
      }
      co_await auth_->serve_unauthenticated(ex);
      co_return;
    }
    if (!shared_.routes.empty() && names_route(shared_.routes, head.path())) [[unlikely]] {
      if (note) note->route = head.path();
      co_await answer_route(shared_.routes, ex);
      co_return;
    }
    if (shared_.shares_listeners && !serves(head.path())) [[unlikely]] {
      // no policy is in charge; where the servers are is nobody's business
      if (!turns_.take(strangers)) co_await turns_.wait(strangers);
      co_await refuse(ex, 404, "nothing here: no server has this path");
      co_return;
    }
    authentication<admission> asked = auth_->authenticate(head);
    if (auto* const waiting = std::get_if<task<auth_result<admission>>>(&asked)) {
      auto decided = co_await std::move(*waiting);
      asked = std::move(decided);
    }
    auto const& admitted = std::get<auth_result<admission>>(asked);
    if (!admitted) {
      denial const& d = admitted.error();
      shared_.log.write_limited(log_level::info, "caller_denied",
                                {{"code", d.code}, {"reason", d.log_reason}, {"endpoint", shared_.path}});
      if (note) observer_->denied(*note, auth_->name(), d);
      if (!turns_.take(strangers)) co_await turns_.wait(strangers);
      http::response response = denial_response(head, d);
      allow_reading(response, head);
      co_await ex.respond(std::move(response));
      co_return;
    }
    // an address is looked for only where nothing else tells callers apart
    bool const by_address = admitted->principal.empty();
    address_key const address(by_address, by_address ? ex.client() : boost::asio::ip::address());
    caller who{admitted->identity.get(), admitted->principal, address.view(), &admitted->identity};
    if (note) note_caller(*note, head, who);
    // a message has its turn when all of it is there
    if (head.method() != "POST" && !turns_.take(who.account())) co_await turns_.wait(who.account());
    if (head.path() != shared_.path && serves_old_clients(head.path())) {
      co_await serve_old_client(ex, who);
    } else if (!is_endpoint(head.path())) {
      std::string const why = "nothing here: the endpoint is " + shared_.path;
      co_await refuse(ex, 404, why);
    } else if (head.method() == "POST") {
      std::optional<task<>> rest = post(ex, who);
      if (rest) co_await std::move(*rest);
    } else if (is_visit(head)) {
      // a GET that opens no stream is 405, whoever asks (MCP 2025-11-25 "Listening for Messages")
      http::response page{405};
      page.field("Allow", "POST").field("Cache-Control", "no-store");
      page = visitor_page(std::move(page));
      co_await ex.respond(std::move(page));
    } else if (head.method() == "GET") {
      co_await listen(ex, who);
    } else if (head.method() == "DELETE") {
      co_await end_session(ex, who);
    } else {
      co_await refuse(ex, 405, "use POST", "Allow", "GET, POST, DELETE");
    }
  }

  void note_caller(request_note& note, http::request_head const& head, caller& who) {
    if (is_endpoint(head.path()))
      note.route = shared_.path;
    else if (serves_old_clients(head.path()))
      note.route = shared_.legacy_clients->path();
    auto const session =
        head.count("mcp-session-id") == 1 ? *head.find("mcp-session-id") : std::string_view();
    observer_->admitted(note, who.principal, who.kept_identity(), auth_->email_of(who.identity), session);
    who.note = &note.message;
  }

  /** Why a request may not come in, whoever sends it; nothing if the policy is to be asked. */
  std::optional<std::string_view> refusal_of(http::exchange const& ex, bool any_origin) const {
    if (shared_.loopback_only)
      if (auto const why = not_from_this_machine(ex.remote().address(), ex.head())) return why;
    return shared_.guards[ex.listener()].refusal(ex.head(), any_origin);
  }

  bool serves_old_clients(std::string_view path) const noexcept {
    return shared_.legacy_clients && shared_.legacy_clients->serves(path);
  }
  bool serves(std::string_view path) const noexcept { return is_endpoint(path) || serves_old_clients(path); }
  /** Whether a path is that of the endpoint; clients add and drop a slash at its end. */
  bool is_endpoint(std::string_view path) const noexcept { return same_path(path, shared_.path); }

  /** What is said to somebody who was not let in: a person with a browser learns that this is no web site. */
  http::response denial_response(http::request_head const& head, denial const& d) const {
    bool const visit = d.status == 401 && is_visit(head) && is_endpoint(head.path());
    return visit ? visitor_page(denial_head(d)) : denied(d);
  }

  task<> refuse(http::exchange& ex, int status, std::string_view why, std::string_view field = {},
                std::string_view value = {}) {
    http::response response = refusal(status, why);
    response.field(field, value);
    allow_reading(response, ex.head());
    co_await ex.respond(std::move(response));
  }

  /** The message of a POST if it is there and its caller has a turn, as nearly always: then nothing has to be waited
      for, and no coroutine to be made. */
  std::optional<std::string_view> message_at_hand(http::exchange& ex, caller const& who) {
    if (!sends_json(ex.head())) return std::nullopt;
    auto const body = ex.body_at_hand(shared_.bounds.body_bytes);
    if (!body || !turns_.take(who.account())) return std::nullopt;
    return body;
  }

  /** Read the message of a POST and wait for the turn of its caller; without a message the request was
      answered. */
  task<std::optional<std::string_view>> read_message_of(http::exchange& ex, caller const& who) {
    http::request_head const& head = ex.head();
    if (!sends_json(head)) {
      co_await refuse(ex, 415, "send a body of type application/json");
      co_return std::nullopt;
    }
    auto const body = co_await ex.read_body(shared_.bounds.body_bytes);
    if (body) {
      // what follows costs what the caller likes; who sends the end of many bodies at once has one turn, too
      if (!turns_.take(who.account())) co_await turns_.wait(who.account());
      co_return *body;
    }
    tell_refusal(shared_.observed, http::detail::bound_of(body.error()));
    auto const why = refusal_of_body(body.error());
    if (why) co_await refuse(ex, why->status, why->words, why->field, why->value);
    co_return std::nullopt;
  }

  /** What is left to do of a POST: nothing where its message is there and its response could be written, as nearly
      always. No coroutine is made then. */
  std::optional<task<>> post(http::exchange& ex, caller const& who) {
    auto const body = others_.on() ? std::nullopt : message_at_hand(ex, who);
    if (!body) return read_and_answer(ex, who);
    auto const accepted = accepted_types::of(ex.head());
    post_stream streams(ex, accepted.takes_events(), shared_.bounds);
    dispatch_result r = protocol_.handle(*body, protocol_headers_of(ex.head()), who, streams);
    return answer_result(ex, who, accepted, std::move(r), streams);
  }
  /** The same with waiting. Where there are other instances, what they know of the session is read before, and what has
      changed is told them before it is answered. */
  task<> read_and_answer(http::exchange& ex, caller const& who) {
    auto const body = co_await read_message_of(ex, who);
    if (!body) co_return;
    auto const headers = protocol_headers_of(ex.head());
    auto const accepted = accepted_types::of(ex.head());
    post_stream streams(ex, accepted.takes_events(), shared_.bounds);
    if (others_.on()) co_await others_.refresh(headers, who);
    dispatch_result r = protocol_.handle(*body, headers, who, streams);
    if (others_.on() && std::holds_alternative<response>(r)) {
      bool const told = co_await done_or_refused(ex, others_.tell(headers, who));
      if (!told) co_return;
    }
    std::optional<task<>> rest = answer_result(ex, who, accepted, std::move(r), streams);
    if (rest) co_await std::move(*rest);
  }

  /** What is left to do when a message was handled; nothing if the response could be written. */
  std::optional<task<>> answer_result(http::exchange& ex, caller const& who, accepted_types const& accepted,
                                      dispatch_result r, post_stream& streams) {
    http::request_head const& head = ex.head();
    auto* const whole = std::get_if<response>(&r);
    if (whole == nullptr) {
      auto stream = std::holds_alternative<scope_refusal>(r) ? nullptr : streams.get();
      return answer_later(ex, who, std::move(r), std::move(stream));
    }
    if (who.note) observer_->answered(*who.note, *whole);
    if (accepted.prefers_events() && whole->what == response::outcome::answered)
      return write_as_event(ex, head_of(*whole, head), std::move(whole->body));
    http::response const answer = http_response(*whole, head);
    if (ex.respond_at_once(answer)) return std::nullopt;
    // what is left to be written is the end of a body that is too long to be kept in a string itself
    return write_rest(ex, std::move(whole->body));
  }
  static task<> write_rest(http::exchange& ex, std::string of) {
    std::string const kept = std::move(of);
    co_await ex.respond_rest();
  }

  /** Answer a message whose calls run, or whose caller has to authorize anew. */
  task<> answer_later(http::exchange& ex, caller const& who, dispatch_result r,
                      std::shared_ptr<call_stream> stream) {
    http::request_head const& head = ex.head();
    if (auto const* refused = std::get_if<scope_refusal>(&r)) {
      http::response asking = scope_response(*auth_, shared_, head, who, *refused);
      co_await ex.respond(std::move(asking));
      co_return;
    }
    auto make_head = [&head](int status) { return readable_response(status, head); };
    event_style style = lasting_style(*auth_, head, shared_.bounds);
    co_await stream->run(ex, std::move(r), make_head, std::move(style), shared_.retry);
    if (who.note) {
      who.note->error = stream->error();
      who.note->bound = stream->bound();
    }
  }

  /** Whether other instances were told; if not, the request is refused. */
  task<bool> done_or_refused(http::exchange& ex, task<bool> telling) {
    bool const done = co_await std::move(telling);
    if (!done) co_await refuse(ex, 503, shared_store_is_silent, "Retry-After", "1");
    co_return done;
  }

  /** Open the stream for what belongs to no request, or go on with one that broke. */
  task<> listen(http::exchange& ex, caller const& who) {
    http::request_head const& head = ex.head();
    if (others_.on()) co_await others_.fetch_stream(protocol_headers_of(head), who);
    auto found = protocol_.open_stream(protocol_headers_of(head), who);
    if (auto* refusal = std::get_if<response>(&found)) {
      co_await write(ex, std::move(*refusal));
      co_return;
    }
    if (!accepted_types::of(head).takes_events()) {
      co_await refuse(ex, 406, "accept text/event-stream to listen");
      co_return;
    }
    auto const& opened = std::get<opened_stream>(found);
    charge held;
    bool const has_room = co_await take_stream(ex, who, held);
    if (!has_room) co_return;
    event_style style = lasting_style(*auth_, head, shared_.bounds);
    style.name = opened.stream.name;
    if (opened.session->protocol() >= revision::v2025_11_25) style.retry = shared_.retry;
    auto const changed = std::make_shared<async_event>();
    session_sharing::listening const told(others_, opened);
    log_reader reader(opened.stream.log, changed);
    if (others_.on()) co_await others_.begin(opened);
    http::response ok = readable_response(200, head);
    if (co_await ex.start_events(std::move(ok)))
      co_await write_events_watched(ex, reader, changed, style, opened.after);
  }

  /** Charge the caller for an event stream; false if there is no room, which is answered then. */
  task<bool> take_stream(http::exchange& ex, caller const& who, charge& held) {
    held = protocol_.known().table().budget().open(who.account(), budget_item::streams);
    if (held.grow(1)) co_return true;
    response refused = too_many({}, "event streams", "max_streams");
    tell_refusal(shared_.observed, refused.bound);
    co_await write(ex, std::move(refused));
    co_return false;
  }

  task<> serve_old_client(http::exchange& ex, caller const& who) {
    http::request_head const& head = ex.head();
    if (head.method() == "GET" && head.path() == shared_.legacy_clients->path()) {
      http::response ok = readable_response(200, head);
      charge held;
      bool const has_room = co_await take_stream(ex, who, held);
      if (!has_room) co_return;
      event_style style = lasting_style(*auth_, head, shared_.bounds);
      co_await shared_.legacy_clients->listen(ex, std::move(ok), who, std::move(style), protocol_);
      co_return;
    }
    bool const post = head.method() == "POST";
    auto const client = post ? shared_.legacy_clients->find(head.query(), who) : nullptr;
    std::string_view const id = legacy_sse::id_in(head.query());
    if (!client && (!post || id.empty() || !others_.on())) {
      co_await refuse(ex, 404, "unknown session: open the event stream first");
      co_return;
    }
    auto const body = co_await read_message_of(ex, who);
    if (!body) co_return;
    http::response answer = readable_response(202, head);
    if (!client) {
      auto const forwarded = co_await others_.forward(std::string(id), who, std::string(*body));
      answer = forwarded_response(forwarded);
      allow_reading(answer, head);
    } else if (auto const refused = client->receive(protocol_, *body, who, ex.executor())) {
      answer = scope_response(*auth_, shared_, head, who, *refused);
    }
    co_await ex.respond(std::move(answer));
  }

  task<> write(http::exchange& ex, response a) {
    http::response whole = http_response(a, ex.head());
    co_await ex.respond(std::move(whole));
  }

  task<> end_session(http::exchange& ex, caller const& who) {
    auto const headers = protocol_headers_of(ex.head());
    bool const stateless = headers.version.present() && names_stateless_revision(headers.version.value);
    if (stateless || !headers.session_id.present()) {
      co_await refuse(ex, 405, "there is no session to end: use POST", "Allow", "POST");
      co_return;
    }
    if (others_.on()) {
      bool const told = co_await done_or_refused(ex, others_.end(headers, who));
      if (!told) co_return;
    }
    auto const ended = protocol_.end_session(headers, who);
    if (ended && who.note) observer_->ended(*who.note, *ended);
    http::response response = ended ? http::response(204) : refusal(404, "unknown session");
    allow_reading(response, ex.head());
    co_await ex.respond(std::move(response));
  }

  settings const& shared_;
  std::unique_ptr<erased_policy> auth_;
  dispatcher protocol_;
  session_sharing others_{protocol_};
  turns turns_;
  std::optional<request_observer> observer_;  // empty where nobody observes
};

}  // namespace mcpawl::detail
