// mcpawl/test/client_connection.hpp - the side of a client in one revision: requests, and what comes back of them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/log.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/types/meta_keys.hpp>
#include <mcpawl/test/answer_script.hpp>
#include <mcpawl/test/client_call.hpp>
#include <mcpawl/test/client_options.hpp>
#include <mcpawl/test/notification.hpp>
#include <mcpawl/test/question.hpp>
#include <mcpawl/test/reply.hpp>
#include <mcpawl/test/server_log.hpp>
#include <mcpawl/transport/in_process.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Speaks one revision to a server through a link, and answers what it asks.

    @par Lifetime
    The server state must outlive it.
    @par Thread safety
    One thread at a time.
*/
class client_connection {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using call_ptr = std::shared_ptr<client_call>;

  /** @par Errors
      Throws `call_failure` if the session cannot be opened. */
  client_connection(server_state const& server, std::shared_ptr<void const> identity, std::string principal,
                    test::client_options options)
      : options_(std::move(options)),
        link_(server, bounds_of(options_), log_.writer(), std::move(identity), std::move(principal)) {
    if (!stateless()) open_session();
  }
  client_connection(client_connection const&) = delete;
  client_connection& operator=(client_connection const&) = delete;

  bool stateless() const noexcept { return is_stateless(options_.revision); }
  test::client_options const& options() const noexcept { return options_; }

  answer_script script;
  /** After which time the next call that is waited for is cancelled. */
  std::optional<std::chrono::milliseconds> cancel_next;

  std::vector<std::string> server_log() const { return log_.lines_from(0); }

  /** Send a request. */
  call_ptr start(std::string method, boost::json::object params, std::string label = {}) {
    auto call = std::make_shared<client_call>();
    call->record.label = label.empty() ? method : std::move(label);
    call->method = std::move(method);
    call->params = std::move(params);
    call->log_from = log_.size();
    send_round(call, {});
    return call;
  }

  /** Wait until it is over, at most as long as a call may take.

      @par Errors
      Throws `call_failure` if it is not, or asked what nobody answers. */
  test::reply wait(call_ptr const& call) {
    auto const cancel_after = std::exchange(cancel_next, std::nullopt);
    auto const now = std::chrono::steady_clock::now();
    if (cancel_after) {
      run(*call, now + std::min(*cancel_after, options_.timeout), [&] { return call->over; });
      if (!call->over) cancel(*call);
    }
    finish(call, now + options_.timeout);
    return reply_of(*call);
  }

  /** Wait until it has reported so much progress, or is over; false if it is over before.

      @par Errors
      As `wait`. */
  bool wait_for_progress(call_ptr const& call, std::size_t reports) {
    auto const until = std::chrono::steady_clock::now() + options_.timeout;
    auto const enough = [&] { return call->record.progress.size() >= reports; };
    run(*call, until, [&] { return call->over || enough(); });
    if (!call->over && !enough()) give_up(call);
    throw_if_failed(*call);
    return enough();
  }

  /** Cancel it, as a client does that waits no longer. */
  void cancel(client_call& call) {
    if (call.over || call.cancelling) return;
    call.cancelling = true;
    boost::json::object params;
    params["requestId"] = call.id;
    if (stateless()) params["_meta"] = boost::json::object{{json_text(version_key), version()}};
    notify("notifications/cancelled", std::move(params));
  }

  /** Let what goes on go on as far as it can without waiting. */
  void poll() {
    link_.poll();
    take_messages();
    end_cancelled();
  }

  /** Send a request and wait for its response. */
  test::reply request(std::string method, boost::json::object params, std::string label = {}) {
    auto const call = start(std::move(method), std::move(params), std::move(label));
    return wait(call);
  }

  /** Ask to be told when lists change, and these resources.

      @par Errors
      Throws `call_failure` if the server does not let the caller subscribe to one. */
  void listen(std::vector<std::string> const& uris) {
    if (!stateless()) {
      for (auto const& uri : uris) {
        auto const done =
            request("resources/subscribe", {{"uri", uri}}, "resources/subscribe \"" + uri + '"');
        if (!done) throw test::call_failure("mcpawl::test: " + done.describe());
      }
      return;
    }
    for (auto const& uri : uris) listened_.emplace_back(uri);
    boost::json::object filter{
        {"toolsListChanged", true}, {"promptsListChanged", true}, {"resourcesListChanged", true}};
    if (!listened_.empty()) filter["resourceSubscriptions"] = listened_;
    auto const before = std::exchange(subscription_, nullptr);
    auto const call = start("subscriptions/listen", {{"notifications", std::move(filter)}});
    auto const until = std::chrono::steady_clock::now() + options_.timeout;
    run(*call, until, [&] { return call->over || call->acknowledged; });
    if (call->over || !call->acknowledged)
      throw test::call_failure("mcpawl::test: " + test::reply(call->record).describe());
    subscription_ = call;
    if (before) cancel(*before);
    auto const* honoured = call->honoured.if_contains("resourceSubscriptions");
    for (auto const& uri : uris) {
      boost::json::value const wanted(uri);
      bool const there = honoured && honoured->is_array() &&
                         std::find(honoured->get_array().begin(), honoured->get_array().end(), wanted) !=
                             honoured->get_array().end();
      if (!there)
        throw test::call_failure("mcpawl::test: subscriptions/listen \"" + uri +
                                 "\": the caller cannot subscribe to it");
    }
  }

  /** What was told that belongs to no call, since it was last taken. */
  std::vector<test::notification> take_notifications() {
    poll();
    return std::exchange(notifications_, {});
  }
  /** Wait for the next of them.

      @par Errors
      Throws `call_failure` if none comes in time. */
  test::notification next_notification() {
    auto const until = std::chrono::steady_clock::now() + options_.timeout;
    run_until(until, [this] { return !notifications_.empty(); });
    if (notifications_.empty())
      throw test::call_failure("mcpawl::test: no notification came within " + patience());
    auto first = std::move(notifications_.front());
    notifications_.erase(notifications_.begin());
    return first;
  }

private:
  boost::json::string_view version() const { return json_text(to_string(options_.revision)); }
  std::string patience() const { return std::to_string(options_.timeout.count()) + " ms"; }

  static limits bounds_of(test::client_options const& options) {
    limits bounds = options.bounds;
    bounds.drain_timeout = options.timeout;
    return bounds;
  }

  // --- what is sent -----------------------------------------------------------------------------------------

  void send(boost::json::object message) {
    message["jsonrpc"] = "2.0";
    link_.send(boost::json::serialize(message));
  }
  void notify(std::string_view method, boost::json::object params) {
    send({{"method", json_text(method)}, {"params", std::move(params)}});
  }

  /** Send a request, or send it once more with the answers to what it asked. */
  void send_round(call_ptr const& call, boost::json::object more) {
    call->id = ++last_id_;
    boost::json::object params = call->params;
    for (auto& member : more) params[member.key()] = std::move(member.value());
    boost::json::object meta;
    if (auto const* own = params.if_contains("_meta"); own && own->is_object()) meta = own->get_object();
    if (stateless()) {
      meta.emplace(json_text(version_key), version());
      meta.emplace(json_text(capabilities_key), capabilities_of(options_));
      meta.emplace(json_text(client_info_key), info_of(options_));
      if (options_.log_messages)
        meta.emplace(json_text(log_level_key), json_text(to_string(*options_.log_messages)));
    }
    if (call->method != "initialize" && call->method != "subscriptions/listen")
      meta.emplace("progressToken", call->id);
    if (!meta.empty()) params["_meta"] = std::move(meta);
    calls_[call->id] = call;
    send({{"id", call->id}, {"method", call->method}, {"params", std::move(params)}});
  }

  void open_session() {
    boost::json::object params;
    params["protocolVersion"] = version();
    params["capabilities"] = capabilities_of(options_);
    params["clientInfo"] = info_of(options_);
    auto const opened = request("initialize", std::move(params));
    if (opened.result().at("protocolVersion") != version())
      throw test::call_failure("mcpawl::test: the server does not speak " +
                               std::string(to_string(options_.revision)));
    notify("notifications/initialized", {});
    auto const& offered = opened.result().at("capabilities").as_object();
    if (!options_.log_messages || !offered.contains("logging")) return;
    auto const set = request("logging/setLevel", {{"level", json_text(to_string(*options_.log_messages))}});
    if (!set) throw test::call_failure("mcpawl::test: " + set.describe());
  }

  // --- what comes -------------------------------------------------------------------------------------------

  void take_messages() {
    std::string text;
    while (link_.take(text)) {
      auto const parsed = boost::json::parse(text);
      auto const& message = parsed.as_object();
      auto const* method = message.if_contains("method");
      if (!method)
        take_response(message);
      else if (message.contains("id"))
        take_request(std::string(method->as_string()), message);
      else
        take_notification(std::string(method->as_string()), params_of(message));
    }
  }
  void take_response(boost::json::object const& message) {
    auto const* id = message.if_contains("id");
    auto const found = id && id->is_int64() ? calls_.find(id->get_int64()) : calls_.end();
    if (found == calls_.end()) return;
    call_ptr const call = found->second;
    calls_.erase(found);
    if (auto const* error = message.if_contains("error")) {
      auto const* data = error->as_object().if_contains("data");
      call->record.error =
          test::reply_error{error->at("code").to_number<int>(), std::string(error->at("message").as_string()),
                            data ? *data : boost::json::value()};
      call->over = true;
      return;
    }
    auto const& result = message.at("result").as_object();
    auto const* kind = result.if_contains("resultType");
    if (kind && *kind == "input_required" && !call->cancelling) return answer_round(call, result);
    if (kind && *kind == "input_required")
      call->record.cancelled = true;
    else
      call->record.result = result;
    call->over = true;
  }

  /** A call of the stateless protocol has ended with questions: answer them, and make it again. */
  void answer_round(call_ptr const& call, boost::json::object const& result) {
    boost::json::object more;
    if (auto const* asked = result.if_contains("inputRequests")) {
      auto& responses = more["inputResponses"].emplace_object();
      for (auto const& one : asked->as_object()) {
        test::question q{std::string(one.value().at("method").as_string()), std::string(one.key()),
                         params_of(one.value().as_object())};
        note(q, {call});
        auto const given = script.next(q);
        if (given && given->result()) {
          responses[one.key()] = *given->result();
        } else if (given && given->error()) {
          call->failure = "the test refused to answer: " + q.describe() + ": " +
                          std::string(given->error()->at("message").as_string());
        } else if (given) {
          call->failure = "it waits for an answer that the test does not give: " + q.describe();
        } else {
          call->failure = unexpected(q);
        }
        if (call->failure.empty()) continue;
        call->over = true;
        return;
      }
    }
    if (auto const* state = result.if_contains("requestState")) more["requestState"] = *state;
    send_round(call, std::move(more));
  }

  /** The server asks in a session. */
  void take_request(std::string method, boost::json::object const& message) {
    boost::json::value const& id = message.at("id");
    if (method == "ping") return send({{"id", id}, {"result", boost::json::object()}});
    test::question const q{std::move(method), {}, params_of(message)};
    auto const running = running_calls();
    note(q, running);
    auto const given = script.next(q);
    if (!given) {
      // which of them asked is not said: none can be trusted to be the one that did not
      for (auto const& call : running) {
        call->failure = unexpected(q);
        cancel(*call);
      }
    } else if (given->result()) {
      send({{"id", id}, {"result", *given->result()}});
    } else if (given->error()) {
      send({{"id", id}, {"error", *given->error()}});
    } else {
      for (auto const& call : running) call->open_questions.push_back(q.describe());
    }
  }

  void take_notification(std::string method, boost::json::object params) {
    if (method == "notifications/progress") {
      auto const* token = params.if_contains("progressToken");
      auto const found = token && token->is_int64() ? calls_.find(token->get_int64()) : calls_.end();
      if (found == calls_.end()) return;
      found->second->record.progress.push_back(progress_of(params));
    } else if (method == "notifications/message") {
      auto const said = logged_message_of(params);
      for (auto const& call : running_calls()) call->record.messages.push_back(said);
    } else if (method == "notifications/subscriptions/acknowledged") {
      auto const* id = params.at("_meta").as_object().if_contains(json_text(subscription_key));
      auto const found = id && id->is_int64() ? calls_.find(id->get_int64()) : calls_.end();
      if (found == calls_.end()) return;
      found->second->honoured = params.at("notifications").as_object();
      found->second->acknowledged = true;
    } else if (method != "notifications/cancelled") {
      notifications_.push_back({std::move(method), std::move(params)});
    }
  }

  // --- questions --------------------------------------------------------------------------------------------

  void note(test::question const& q, std::vector<call_ptr> const& asking) {
    for (auto const& call : asking) call->record.questions.push_back(q);
  }

  // --- waiting ----------------------------------------------------------------------------------------------

  /** Calls whose response is to come, subscriptions apart. */
  std::vector<call_ptr> running_calls() const {
    std::vector<call_ptr> out;
    for (auto const& [id, call] : calls_)
      if (call->method != "subscriptions/listen") out.push_back(call);
    return out;
  }

  template <class Done>
  void run_until(time_point until, Done done) {
    for (;;) {
      take_messages();
      end_cancelled();
      if (done() || !link_.step(until)) return;
    }
  }
  /** The same for a call; what an answerer throws cancels it. */
  template <class Done>
  void run(client_call& call, time_point until, Done done) {
    try {
      run_until(until, done);
      take_messages();
    } catch (...) {
      cancel(call);
      link_.poll();
      throw;
    }
  }

  /** A call that was cancelled is not answered: it is over once no more calls run than are not cancelled. */
  void end_cancelled() {
    std::size_t live = 0;
    for (auto const& [id, call] : calls_) live += call->cancelling ? 0 : 1;
    if (live == calls_.size() || link_.running() > live) return;
    for (auto it = calls_.begin(); it != calls_.end();) {
      if (!it->second->cancelling) {
        ++it;
        continue;
      }
      it->second->over = true;
      it->second->record.cancelled = true;
      it = calls_.erase(it);
    }
  }

  void finish(call_ptr const& call, time_point until) {
    run(*call, until, [&] { return call->over; });
    if (!call->over) give_up(call);
    throw_if_failed(*call);
  }

  void throw_if_failed(client_call const& call) const {
    if (call.failure.empty()) return;
    throw test::call_failure("mcpawl::test: " + call.record.label + ": " + call.failure + log_since(call));
  }

  /** Cancel a call that takes too long, and say what is known of why. */
  [[noreturn]] void give_up(call_ptr const& call) {
    std::string text = overdue(*call, patience(), link_.blocked());
    text += log_since(*call);
    cancel(*call);
    link_.poll();
    throw test::call_failure(text);
  }
  std::string log_since(client_call const& call) const {
    std::string out;
    for (auto const& line : log_.lines_from(call.log_from)) out += "\n  server log: " + line;
    return out;
  }

  test::reply reply_of(client_call& call) const {
    call.record.server_log = log_.lines_from(call.log_from);
    return test::reply(call.record);
  }

  test::client_options options_;
  kept_log log_;
  std::map<std::int64_t, call_ptr> calls_;  // by the id of their latest round
  std::vector<test::notification> notifications_;
  boost::json::array listened_;
  call_ptr subscription_;
  std::int64_t last_id_ = 0;
  in_process_link link_;  // last: what it tells while it ends finds the rest
};

}  // namespace mcpawl::detail
