// tests/soak/clients.hpp - what the clients of the soak test do: good calls, and what strangers do
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "judge.hpp"
#include "wire.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace soak {

/** What the clients share with the thread that directs them. */
struct site {
  site(asio::io_context& context, judge& verdicts) : net(context), is(verdicts) {}

  network net;
  judge& is;
  std::atomic<bool> stopping = false;
  std::atomic<int> clients = 0;    ///< That have not ended.
  std::atomic<int> takeovers = 0;  ///< Odd while there are two servers.

  /** Tokens of users, good at this moment. */
  std::shared_ptr<std::vector<std::string> const> tokens() const {
    std::lock_guard const lock{mutex_};
    return tokens_;
  }
  void tokens(std::vector<std::string> now) {
    auto made = std::make_shared<std::vector<std::string> const>(std::move(now));
    std::lock_guard const lock{mutex_};
    tokens_ = std::move(made);
  }
  std::vector<std::string> bad_tokens = {};  ///< Before the clients start.

private:
  mutable std::mutex mutex_;
  std::shared_ptr<std::vector<std::string> const> tokens_;
};

/** One client: it does one thing after the other, each by chance, until it is told to stop. */
class client {
public:
  client(site& of, unsigned number) : site_(of), number_(number), chance_(number * 7919 + 1) {}
  client(client const&) = delete;
  client& operator=(client const&) = delete;

  static task<> run(std::shared_ptr<client> self) {
    site& all = self->site_;
    while (!all.stopping) {
      int const choice = self->below(100);
      try {
        if (choice < 34)
          co_await self->call();
        else if (choice < 50)
          co_await self->read_events();
        else if (choice < 62)
          co_await self->leave();
        else if (choice < 74)
          co_await self->try_bad_token();
        else if (choice < 80)
          co_await self->read_slowly();
        else if (choice < 86)
          co_await self->write_slowly();
        else
          co_await self->use_session();
      } catch (std::exception const& failure) {
        all.is.wrong("a client", "no exception", failure.what());
      }
      co_await self->pause(self->below(200));
    }
    --all.clients;
  }

private:
  int below(int bound) { return static_cast<int>(chance_() % static_cast<unsigned>(bound)); }
  bool tls() { return below(2) == 0; }

  task<> pause(int milliseconds) {
    error_code ignored;
    asio::steady_timer timer(site_.net.io, std::chrono::milliseconds(milliseconds));
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  // --- requests -----------------------------------------------------------------------------------------------

  /** Who a client is; it stays the same, so that sessions are its own. */
  std::string token() const {
    auto const all = site_.tokens();
    return (*all)[number_ % all->size()];
  }

  static std::string request(std::string_view method, std::string_view fields, std::string_view body,
                             std::string_view token) {
    std::string out(method);
    out += " /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: application/json, text/event-stream\r\n";
    if (!token.empty()) out.append("Cf-Access-Jwt-Assertion: ").append(token).append("\r\n");
    out.append(fields);
    if (method == "POST")
      out += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    return out.append("\r\n").append(body);
  }

  /** A call of 2026-07-28. */
  static std::string tool_call(std::string_view tool, std::string const& arguments, std::string_view token,
                               bool progress = false) {
    std::string body = R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":")";
    body.append(tool).append(R"(","arguments":)").append(arguments).append(R"(,"_meta":{)");
    if (progress) body += R"("progressToken":"p",)";
    body +=
        R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";
    std::string fields = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: ";
    return request("POST", fields.append(tool).append("\r\n"), body, token);
  }

  /** A response that must be there and say this. */
  bool judged(std::string const& what, wire const& at, response_head const& head, std::string_view body,
              int status, std::string_view words) {
    if (head.status != 0) site_.is.answered();
    std::string const where = what + (at.is_tls() ? " over TLS" : "");
    if (head.status != status || !at.good()) {
      std::string got = head.status == 0 ? "no response" : "status " + std::to_string(head.status);
      if (!at.good()) got += " (" + at.fault() + ')';
      site_.is.wrong(where, "status " + std::to_string(status), got.append(" ").append(body));
      return false;
    }
    if (body.find(words) == std::string_view::npos) {
      site_.is.wrong(where, words, body);
      return false;
    }
    site_.is.good(what);
    return true;
  }

  /** Send one request and read its response. */
  task<bool> ask(wire& to, std::string what, std::string bytes, int status, std::string words) {
    co_await to.send(bytes);
    response_head const head = co_await to.head();
    std::string const body = co_await to.body();
    bool const good = judged(what, to, head, body, status, words);
    if (head.closes()) to.leave(false);
    co_return good;
  }

  // --- good clients ---------------------------------------------------------------------------------------------

  /** Calls one after the other on one connection, until the server wants it closed. */
  task<> call() {
    wire to(site_.net, tls());
    co_await to.connect();
    if (!to.good()) site_.is.wrong("connecting", "a connection", to.fault());
    for (int left = 2 + below(30); left != 0 && to.good() && !site_.stopping; --left) {
      int const choice = below(10);
      if (choice < 5) {
        int const a = below(100'000), b = below(100'000);
        std::string arguments = "{\"a\":" + std::to_string(a) + ",\"b\":" + std::to_string(b) + '}';
        std::string words = "\"structuredContent\":{\"total\":" + std::to_string(a + b) + '}';
        std::string bytes = tool_call("add", arguments, token());
        co_await ask(to, "call of add", std::move(bytes), 200, std::move(words));
      } else {
        static int entries = 0;  // of all clients, which share a thread
        int const entry = ++entries;
        std::string const tool = choice < 7 ? "record" : choice < 9 ? "record_later" : "record_blocking";
        std::string words = "\"structuredContent\":{\"entry\":" + std::to_string(entry) + '}';
        std::string bytes = tool_call(tool, "{\"entry\":" + std::to_string(entry) + '}', token());
        bool const good = co_await ask(to, "call of " + tool, std::move(bytes), 200, std::move(words));
        if (good) site_.is.acknowledged(entry);
      }
      co_await pause(below(100));  // less than the delay of the drain
    }
    to.leave(below(2) == 0);
  }

  /** The numbers that are told as progress in some events; and whether the result is there. */
  struct progress {
    int last = 0;
    bool in_order = true, has_result = false;
    std::string unread = {}, last_id = {};

    void take(std::string_view more, int steps) {
      unread += more;
      for (auto end = unread.find("\n\n"); end != std::string::npos; end = unread.find("\n\n")) {
        std::string const event = unread.substr(0, end + 1);
        unread.erase(0, end + 2);
        if (auto const id = event.find("id: "); id != std::string::npos)
          last_id = event.substr(id + 4, event.find('\n', id) - id - 4);
        std::string const number = "\"progress\":" + std::to_string(last + 1);
        if (event.find("notifications/progress") != std::string::npos) {
          in_order = in_order && event.find(number) != std::string::npos;
          ++last;
        }
        if (event.find("\"structuredContent\":{\"steps\":" + std::to_string(steps) + '}') !=
            std::string::npos)
          has_result = true;
      }
    }
    bool complete(int steps) const { return in_order && has_result && last == steps; }
    std::string text() const {
      return std::to_string(last) + " events of progress" + (in_order ? "" : ", not in order") +
             (has_result ? ", the result" : ", no result");
    }
  };

  static std::string count_arguments(int steps, int milliseconds) {
    return "{\"steps\":" + std::to_string(steps) + ",\"pause_ms\":" + std::to_string(milliseconds) + '}';
  }

  /** An event stream from its first event to the result. */
  task<> read_events() {
    wire to(site_.net, tls());
    int const steps = 2 + below(20);
    co_await to.connect();
    std::string const bytes = tool_call("count", count_arguments(steps, below(60)), token(), true);
    co_await to.send(bytes);
    response_head const head = co_await to.head();
    progress seen;
    while (!to.ended() && to.good()) {
      std::string const some = co_await to.piece();
      seen.take(some, steps);
    }
    if (!judged("event stream, its head", to, head, {}, 200, {})) co_return;
    if (!head.is_event_stream() || !seen.complete(steps))
      site_.is.wrong("an event stream", std::to_string(steps) + " events of progress, the result",
                     seen.text());
    else
      site_.is.good("event stream to its end");
  }

  /** A text that is longer than all buffers, read with pauses. */
  task<> read_slowly() {
    wire to(site_.net, tls());
    int const size = 200'000 + below(400'000), first = below(26);
    co_await to.connect(8 * 1024);
    std::string arguments = "{\"size\":" + std::to_string(size) + ",\"first\":" + std::to_string(first) + '}';
    std::string const bytes = tool_call("letters", arguments, token());
    co_await to.send(bytes);
    response_head const head = co_await to.head();
    std::string body;
    while (!to.ended() && to.good()) {
      std::string const some = co_await to.piece(8 * 1024);
      body += some;
      if (below(8) == 0) co_await pause(below(60));
    }
    std::string words = "\"structuredContent\":{\"text\":\"";
    for (int i = 0; i != size; ++i) words += static_cast<char>('a' + (first + i) % 26);
    judged("slow reader", to, head, body, 200, words + "\"}");
  }

  /** A request in pieces, with pauses between them. */
  task<> write_slowly() {
    wire to(site_.net, tls());
    co_await to.connect();
    std::string text;
    unsigned weight = 0;
    for (int left = 1000 + below(60'000); left != 0; --left) {
      text += static_cast<char>('a' + below(26));
      weight = (weight * 31 + static_cast<unsigned char>(text.back())) % 1'000'003;
    }
    std::string const bytes = tool_call("weigh", "{\"text\":\"" + text + "\"}", token());
    std::size_t const most = bytes.size() / 12 + 1;
    for (std::size_t at = 0; at < bytes.size() && to.good(); at += most) {
      co_await to.send(std::string_view(bytes).substr(at, most));
      co_await pause(below(200));
    }
    response_head const head = co_await to.head();
    std::string const body = co_await to.body();
    std::string const words = "\"structuredContent\":{\"total\":" + std::to_string(weight) + '}';
    judged("slow writer", to, head, body, 200, words);
  }

  /** A session of 2025-11-25: a call whose stream breaks, its rest on another connection, and the end of the session. */
  task<> use_session() {
    int const before = site_.takeovers;
    wire first(site_.net, tls());
    co_await first.connect();
    constexpr std::string_view hello =
        R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"soak","version":"1"}}})";
    std::string bytes = request("POST", {}, hello, token());
    co_await first.send(bytes);
    response_head head = co_await first.head();
    std::string body = co_await first.body();
    if (!judged("session opened", first, head, body, 200, "\"protocolVersion\":\"2025-11-25\"")) co_return;
    if (head.closes()) co_return;
    std::string const session =
        "MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: " + std::string(head.field("mcp-session-id")) +
        "\r\n";
    bytes = request("POST", session, R"({"jsonrpc":"2.0","method":"notifications/initialized"})", token());
    co_await first.send(bytes);
    head = co_await first.head();
    if (!judged("session is ready", first, head, {}, 202, {}) || head.closes()) co_return;

    int const steps = 3 + below(10);
    std::string text =
        R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"count","arguments":)";
    text += count_arguments(steps, below(60)) + R"(,"_meta":{"progressToken":"p"}}})";
    bytes = request("POST", session, text, token());
    co_await first.send(bytes);
    head = co_await first.head();
    progress seen;
    int const enough = below(steps);
    while (!first.ended() && first.good() && seen.last <= enough) {
      std::string const some = co_await first.piece();
      seen.take(some, steps);
    }
    if (!judged("session, its stream", first, head, {}, 200, {})) co_return;
    first.leave(below(2) == 0);
    co_await pause(below(300));
    if (!seen.has_result) co_await come_back(session, seen, steps, before);
    wire last(site_.net, tls());
    co_await last.connect();
    bytes = request("DELETE", session, {}, token());
    co_await last.send(bytes);
    head = co_await last.head();
    body = co_await last.body();
    bool const ended = head.status == 204 || head.status == 200;
    judged("session ended", last, head, body, ended ? head.status : 204, {});
  }

  /** The rest of a stream, whose call has gone on. What a process kept ends with it: then nothing is asked of it. */
  task<> come_back(std::string session, progress& seen, int steps, int before) {
    wire to(site_.net, tls());
    co_await to.connect();
    std::string const bytes =
        request("GET", session + "Last-Event-ID: " + seen.last_id + "\r\n", {}, token());
    seen.unread.clear();
    co_await to.send(bytes);
    response_head const head = co_await to.head();
    while (!to.ended() && to.good() && !seen.has_result) {
      std::string const some = co_await to.piece();
      seen.take(some, steps);
    }
    if (head.status != 0) site_.is.answered();
    if (seen.complete(steps))
      site_.is.good("stream of a session, read on by another connection");
    else if (before % 2 == 1 || site_.takeovers != before)
      site_.is.good("stream of a session whose server went");
    else
      site_.is.wrong("coming back to a stream", std::to_string(steps) + " events of progress, the result",
                     seen.text() + ", status " + std::to_string(head.status) + ' ' + to.fault());
  }

  // --- strangers, and who leaves --------------------------------------------------------------------------------

  task<> try_bad_token() {
    wire to(site_.net, tls());
    co_await to.connect();
    auto const number = static_cast<std::size_t>(below(static_cast<int>(site_.bad_tokens.size())));
    std::string const& bad = site_.bad_tokens[number];
    std::string bytes = tool_call("add", R"({"a":1,"b":2})", bad);
    if (bad.empty())
      co_await ask(to, "no token", std::move(bytes), 401, "missing_token");
    else
      co_await ask(to, "bad token", std::move(bytes), 403, "\"error\"");
  }

  /** Leave at some moment: before, within or after the request, or within the response. */
  task<> leave() {
    bool const reset = below(2) == 0;
    int const moment = below(5);
    wire to(site_.net, tls());
    co_await to.connect();
    if (!to.good()) site_.is.wrong("connecting", "a connection", to.fault());
    std::string bytes = tool_call("count", count_arguments(50, 20), token(), true);
    if (moment == 1) bytes.resize(static_cast<std::size_t>(1 + below(static_cast<int>(bytes.size()) - 1)));
    if (moment != 0) co_await to.send(bytes);
    if (moment >= 3) {
      response_head const head = co_await to.head();
      for (int left = below(10); left != 0 && moment == 4 && to.good(); --left) {
        std::string const some = co_await to.piece();
        if (some.empty()) break;
      }
      if (!judged("stream that is left, its head", to, head, {}, 200, {})) co_return;
    }
    to.leave(reset);
    site_.is.good("left");
  }

  site& site_;
  unsigned number_;
  std::minstd_rand chance_;
};

}  // namespace soak
