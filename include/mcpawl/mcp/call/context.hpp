// mcpawl/mcp/call/context.hpp - what a tool may ask of the call it is in
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>

#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/call/await_job.hpp>
#include <mcpawl/mcp/call/call_channel.hpp>
#include <mcpawl/mcp/call/call_details.hpp>
#include <mcpawl/mcp/call/call_notifications.hpp>
#include <mcpawl/mcp/call/call_reports.hpp>
#include <mcpawl/mcp/call/offload.hpp>
#include <mcpawl/mcp/call/reporter.hpp>
#include <mcpawl/mcp/call/step.hpp>
#include <mcpawl/mcp/elicit/client_request.hpp>
#include <mcpawl/mcp/elicit/client_requests.hpp>
#include <mcpawl/mcp/types/client_profile.hpp>
#include <mcpawl/mcp/types/message_level.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/mcp/types/tool_error.hpp>
#include <mcpawl/mcp/types/trace_context.hpp>
#include <mcpawl/text/json_text.hpp>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcpawl {

/** The call a tool is running in; take it as `mcpawl::context&`, anywhere in the parameter list.

    What it asks is asked in every revision. Where there are sessions the call waits for the response. In the
    stateless protocol the call ends, and when the responses are there it is run again from its start: so ask
    before you act, ask the same in every round, and let `once` keep what must not be done twice. Do not
    catch what these functions throw by `catch (...)`.

    @par Errors
    What sends (`progress`, `log`) does not fail: without a client that listens nothing is sent. What asks
    needs a client that has declared that it can be asked, has a stream to be asked on, responds in time and
    with what fits. Where there are sessions it throws `tool_error` otherwise, which reaches the model if it
    is left alone; in the stateless protocol the call ends with the error of JSON-RPC that says so (MCP
    2026-07-28 "Multi Round-Trip Requests").
    @par Lifetime
    Ends with the call. A tool that hands work to others must not let them keep the reference. Texts given to
    it are copied before a function returns.
    @par Thread safety
    Belongs to the thread the call runs on.
    @par Cancellation
    When the client cancels, the tool's pending `co_await` ends with `operation_aborted`.
*/
class context {
public:
  /** @param out  may be null: then nothing can be sent, as in a plain function, which cannot wait either.
      @param by   may be null: then nothing can be asked. */
  context(revision protocol, std::string progress_token, std::shared_ptr<detail::call_channel> out,
          client_profile client = {}, std::unique_ptr<detail::client_requester> by = {})
      : protocol_(protocol),
        progress_token_(std::move(progress_token)),
        out_(std::move(out)),
        client_(std::move(client)),
        requester_(std::move(by)) {}
  context(context const&) = delete;
  context& operator=(context const&) = delete;

  /** The revision this call is answered in. */
  revision protocol() const noexcept { return protocol_; }

  /** What the client says of itself: its name, and what it can be asked. */
  client_profile const& client() const noexcept { return client_; }

  /** Tell the client how far the work has come (`notifications/progress`).

      Nothing is sent if the client did not ask for progress, nor if `done` has not grown since the last
      time, as the specification demands. Revision 2024-11-05 has no `message`.
  */
  task<> progress(double done, std::optional<double> total = {}, std::string_view message = {}) {
    return send_progress(done, total, std::string(message));
  }

  /** The trace this call is part of, to be sent on with calls to others. Where an observer wants traces, such as `otlp_exporter`, the
      parent in it is this call's own span; else it is what the client has sent. */
  trace_context const& trace() const noexcept { return details_.trace; }

  /** The URI a resource is being read by; empty in other calls. */
  std::string const& uri() const noexcept { return details_.uri; }

  /** Send the client a message to show or keep (`notifications/message`).

      Nothing is sent below the level the client asked for, nor, since 2026-07-28, if it did not ask.
      The client sees what is sent: no secrets, nothing about others. For the server's own log see `logger`.
      @param source  which part of the server speaks; empty for the whole.
  */
  task<> log(message_level level, std::string_view text, std::string_view source = {}) {
    std::string data;
    if (sends(level)) append_json_string(data, text);
    return send_message(level, std::move(data), std::string(source));
  }
  /** The same with structured data. */
  task<> log(message_level level, boost::json::object data, std::string_view source = {}) {
    std::string text;
    if (sends(level)) append_json(text, data);
    return send_message(level, std::move(text), std::string(source));
  }

  /** Run a function that blocks on a thread of its own, and wait for what it returns.

      @code
      auto rows = co_await ctx.offload(query_database, args);
      @endcode

      @param f     a function, or a callable that has a name or captures nothing. It is copied, and may take a
      `reporter` before its arguments. What it captures by reference must outlive the server: when the client
      leaves, the call ends and the work goes on.
      @param args  are copied or moved into the work.

      @par Errors
      Throws what `f` throws. If too much work waits already, of this caller or of all, `f` is not called and the
      call ends with the error that says so (`limits::max_queued_work`).
      @par Cancellation
      Ends the wait at once. Work that has not begun is dropped; other work goes on unless it asks
      `reporter::cancelled`, and its call counts as running until it is done. */
  template <class F, class... Args>
  task<detail::offload_result<F, Args...>> offload(F&& f, Args&&... args) {
    using traits = detail::offload_traits<F, Args...>;
    traits::explain();
    if constexpr (traits::usable) {
      using result = typename traits::result;
      auto stop = std::make_shared<std::atomic<bool>>(false);
      detail::job_site site = work_site();
      std::shared_ptr<detail::pending_job<result>> work;
      if constexpr (traits::reports) {
        reporter to(site.reports, stop);
        work = std::make_shared<detail::bound_job<result, std::decay_t<F>, reporter, std::decay_t<Args>...>>(
            std::forward<F>(f), std::move(to), std::forward<Args>(args)...);
      } else {
        work = std::make_shared<detail::bound_job<result, std::decay_t<F>, std::decay_t<Args>...>>(
            std::forward<F>(f), std::forward<Args>(args)...);
      }
      return detail::await_job<result>(std::move(site), std::move(work), std::move(stop));
    } else {
      return {};
    }
  }

  /** In a plain function that was registered as `blocking()`: tell the client how far the work has come, without
      waiting. In a plain function that was not, nothing is sent; a coroutine awaits `progress`. */
  void report_progress(double done, std::optional<double> total = {}, std::string_view message = {}) const {
    if (reporter_) reporter_->progress(done, total, message);
  }
  /** The same for a message to show or keep. */
  void report_log(message_level level, std::string_view text, std::string_view source = {}) const {
    if (reporter_) reporter_->log(level, text, source);
  }
  void report_log(message_level level, boost::json::object const& data, std::string_view source = {}) const {
    if (reporter_) reporter_->log(level, data, source);
  }
  /** In a plain function that was registered as `blocking()`: whether nobody waits for its result any more, so
      that it may return early. A coroutine need not ask: its `co_await` ends. */
  bool cancelled() const noexcept { return reporter_ && reporter_->cancelled(); }

  /** What the call's blocking work needs; for the framework. */
  detail::job_site work_site() {
    if (!details_.pool) throw std::logic_error("mcpawl: this call has no threads for blocking work");
    if (!reports_) {
      reports_ = std::make_shared<detail::call_reports>(protocol_, progress_token_, details_.least_level);
      reports_->advance(last_progress_);
    }
    return {details_.pool, out_, reports_, kept_};
  }
  /** Make the context of a blocking function, which speaks through `to`; for the framework. */
  std::unique_ptr<context> for_blocking(reporter to) const {
    auto made = std::make_unique<context>(protocol_, std::string(), nullptr, client_);
    made->describe(details_);
    made->keep(kept_);
    made->details_.pool = nullptr;
    made->reporter_.emplace(std::move(to));
    return made;
  }

  /** Keep something until the call and its blocking work are done; for the framework. */
  void keep(std::shared_ptr<void const> kept) noexcept { kept_ = std::move(kept); }
  /** The way to the client, or null; for the framework. */
  detail::call_channel* channel() const noexcept { return out_.get(); }
  /** Tell the context about its call; for the framework. */
  void describe(detail::call_details details) { details_ = std::move(details); }

  /** Ask the user to fill in a form whose fields are the members of `T`.

      @param key  names the request among those of this call.

      @par Errors
      Throws `tool_error` if the client cannot be asked, or what it answers does not fit. That the user
      declined or cancelled is no error: see `elicit_result`.
  */
  template <class T>
  task<elicit_result<T>> elicit(std::string_view key, std::string_view text) {
    form<T> asked{std::string(key), std::string(text)};
    return ask_one(std::move(asked));
  }
  /** Send the user to a page; `page` says what its parameters are.

      @par Errors
      Throws `tool_error` if the client cannot be asked. */
  template <class Request = page>
  task<elicit_url_result> elicit_url(std::string_view key, std::string_view text, std::string_view url,
                                     std::string_view visit = {}) {
    Request asked{std::string(key), std::string(text), std::string(url), std::string(visit)};
    return ask_one(std::move(asked));
  }
  /** Have a model of the client's say something.

      @par Errors
      Throws `tool_error` if the client cannot be asked; that the user refused is no error: see
      `sampling_result`. */
  template <class Request = sampling>
  task<sampling_result> sample(std::string_view key, std::string_view prompt, int max_tokens = 1000) {
    Request asked{std::string(key), std::string(prompt), max_tokens};
    return ask_one(std::move(asked));
  }
  /** Ask for the folders the client works in.

      @par Errors
      Throws `tool_error` if the client cannot be asked, or refuses. */
  template <class Request = roots_list>
  task<std::vector<root>> roots(std::string_view key = "roots") {
    Request asked{std::string(key)};
    return ask_one(std::move(asked));
  }

  /** Send one request of any kind: `form<T>`, `raw_form`, `page`, `sampling`, `roots_list`.

      @par Errors
      Those of its kind. */
  template <class Request>
  task<typename Request::result_type> ask_one(Request asked) {
    std::vector<detail::client_request> all;
    all.push_back(asked.ask(protocol_));
    std::vector<detail::client_response> responses = co_await put(std::move(all));
    co_return asked.read(*requester_, responses.front());
  }

  /** Send several requests at once; the responses come as a tuple, in their order.

      @code
      auto [name, where] = co_await ctx.ask_all(mcpawl::form<person>("name", "Who?"), mcpawl::roots_list());
      @endcode

      @par Errors
      Those of their kinds. Two requests with one key are a fault of the tool.
  */
  template <class... Requests>
  task<std::tuple<typename Requests::result_type...>> ask_all(Requests... asked) {
    std::vector<detail::client_request> all;
    (all.push_back(asked.ask(protocol_)), ...);
    std::vector<detail::client_response> responses = co_await put(std::move(all));
    co_return read_all(std::index_sequence_for<Requests...>(), responses, asked...);
  }

  /** Take a step that must not be taken again when the call is run again: its result is kept instead.

      @param f  a named callable without parameters; it returns a value that JSON Schema can describe,
      nothing, or a task of these. The result travels sealed with the client between two rounds, and is not
      kept across calls. A client can present an old round again: a step that must never happen twice needs a
      record of its own.

      @par Errors
      What `f` throws; nothing is kept then.
  */
  template <class F>
  task<detail::step_result<F>> once(std::string_view key, F&& f) {
    static_assert(
        std::is_lvalue_reference_v<F>,
        "mcpawl: give the callable of once() a name first: auto step = ...; co_await ctx.once(key, step)");
    return detail::take_step(requester_.get(), std::string(key), f);
  }

  /** Let the client call again before the rest is done: it carries what `once` has kept until then, so that a
      long call need not begin anew when it is cut off, and may come to another server.

      @param key  each is passed once, then it does nothing; nor does it do anything in sessions. */
  void checkpoint(std::string const& key) {
    if (!requester_ || requester_->recall(key)) return;
    requester_->keep(key, "null");
    requester_->end_round();
  }

  /** Let go of the connection and work on; the client comes back for the rest (MCP 2025-11-25, polling).

      Does nothing where clients do not come back. */
  void close_stream() noexcept {
    if (out_) out_->close_stream();
  }

private:
  bool sends(message_level level) const noexcept {
    return out_ && details_.least_level && level >= *details_.least_level;
  }

  task<> send_progress(double done, std::optional<double> total, std::string message) {
    if (!out_ || progress_token_.empty() || !(done > last_progress_) || !std::isfinite(done)) co_return;
    last_progress_ = done;
    if (reports_ && !reports_->advance(done)) co_return;
    std::string notification =
        detail::progress_notification(protocol_, progress_token_, done, total, message);
    co_await out_->send(std::move(notification));
  }

  // JSON, or nothing to be sent
  task<> send_message(message_level level, std::string data, std::string source) {
    if (data.empty()) co_return;
    std::string notification = detail::message_notification(level, data, source);
    co_await out_->send(std::move(notification));
  }

  template <std::size_t... At, class... Requests>
  std::tuple<typename Requests::result_type...> read_all(
      std::index_sequence<At...>, std::vector<detail::client_response> const& responses,
      Requests const&... asked) const {
    return {asked.read(*requester_, responses[At])...};
  }

  task<std::vector<detail::client_response>> put(std::vector<detail::client_request> all) {
    if (!requester_) throw tool_error("nothing can be asked in this call");
    return requester_->ask(std::move(all));
  }

  revision protocol_;
  std::string progress_token_;  // JSON text, empty if the client gave none
  std::shared_ptr<detail::call_channel> out_;
  client_profile client_;
  detail::call_details details_;
  std::unique_ptr<detail::client_requester> requester_;
  std::shared_ptr<detail::call_reports> reports_;  // once there was blocking work
  std::optional<reporter> reporter_;               // of a blocking function
  std::shared_ptr<void const> kept_;
  double last_progress_ = -std::numeric_limits<double>::infinity();
};

}  // namespace mcpawl
