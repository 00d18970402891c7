// mcpawl/mcp/protocol/subscription.hpp - the method subscriptions/listen of the stateless protocol
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/mcp/offer/change_feed.hpp>
#include <mcpawl/mcp/protocol/frame.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/methods.hpp>
#include <mcpawl/mcp/protocol/required_scopes.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/session/event_log.hpp>
#include <mcpawl/mcp/session/session_table.hpp>
#include <mcpawl/mcp/types/meta_keys.hpp>

#include <boost/asio/this_coro.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What a client wants to hear of: its filter, as far as the server can honour it. */
struct change_filter {
  std::array<bool, 3> lists{};  // by change::kind
  std::vector<std::string> uris;

  bool wants(change const& what, void const* identity) const {
    if (what.what == change::kind::visit) return false;  // not told since 2026-07-28
    if (what.what != change::kind::resource) return lists[static_cast<std::size_t>(what.what)];
    for (auto const& uri : uris)
      if (what.concerns(uri, identity)) return true;
    return false;
  }
};

struct list_filter {
  std::string_view member;
  std::string_view method;  ///< Offered if the list is.
};
inline constexpr std::array<list_filter, 3> list_filters{{{"toolsListChanged", "tools/list"},
                                                          {"promptsListChanged", "prompts/list"},
                                                          {"resourcesListChanged", "resources/list"}}};

/** Read the filter and write what of it is honoured; nothing if it is malformed.

    A resource the caller may not see is left out as one that does not exist. */
inline std::optional<change_filter> read_filter(server_state const& s, boost::json::object const& wanted,
                                                void const* identity, limits const& bounds,
                                                std::string& honoured) {
  change_filter filter;
  honoured = "{";
  for (std::size_t i = 0; i != list_filters.size(); ++i) {
    auto const* value = present_member(&wanted, list_filters[i].member);
    if (!value) continue;
    if (!value->is_bool()) return std::nullopt;
    filter.lists[i] =
        value->get_bool() && find_method(s, revision::v2026_07_28, list_filters[i].method) != nullptr;
    if (!filter.lists[i]) continue;
    if (honoured.size() > 1) honoured += ',';
    append_json_string(honoured, list_filters[i].member);
    honoured += ":true";
  }
  if (auto const* value = present_member(&wanted, "resourceSubscriptions")) {
    auto const* uris = value->if_array();
    if (!uris || uris->size() > bounds.max_subscribed_uris) return std::nullopt;
    for (auto const& uri : *uris) {
      if (!uri.is_string()) return std::nullopt;
      std::string_view const text = view_of(uri.get_string());
      if (text.size() > bounds.max_uri_bytes) return std::nullopt;
      if (!s.find_resource(text, identity)) continue;
      if (!filter.uris.empty())
        honoured += ',';
      else
        honoured += honoured.size() > 1 ? R"(,"resourceSubscriptions":[)" : R"("resourceSubscriptions":[)";
      append_json_string(honoured, text);
      filter.uris.emplace_back(text);
    }
    if (!filter.uris.empty()) honoured += ']';
  }
  honoured += '}';
  return filter;
}

/** One open subscription: notes what its client wants to hear until it is sent. */
class subscription final : public change_listener {
public:
  /** @param identity  of the caller, by which it is decided what they may hear of. */
  subscription(change_filter filter, request_id const& id, std::shared_ptr<void const> identity,
               limits const& bounds)
      : filter_(std::move(filter)),
        identity_(std::move(identity)),
        log_(event_log::retention::drop, charge(), bounds) {
    meta_ = '"';
    meta_ += subscription_key;
    meta_ += "\":" + id.json();
  }

  /** The member of `_meta` that everything of this subscription carries. */
  std::string const& meta() const noexcept { return meta_; }
  event_log& log() noexcept { return log_; }

  void changed(change const& what) override {
    if (filter_.wants(what, identity_.get())) tell(what);
  }
  void missed() override {
    for (auto const& uri : filter_.uris) tell({change::kind::resource, uri});
  }
  void feed_closed() override { log_.finish(); }

private:
  void tell(change const& what) {
    std::string params = "{";
    if (what.what == change::kind::resource) {
      params += R"("uri":)";
      append_json_string(params, what.subject);
      params += ',';
    }
    params += R"("_meta":{)" + meta_ + "}}";
    log_.append_once(write_notification(what.method(), params));
  }

  change_filter filter_;
  std::shared_ptr<void const> identity_;
  std::string meta_;
  event_log log_;
};

/** A place among the subscriptions that a server has at once. */
class subscription_slot {
public:
  explicit subscription_slot(std::shared_ptr<std::atomic<std::size_t>> count) : count_(std::move(count)) {}
  subscription_slot(subscription_slot&&) noexcept = default;
  subscription_slot& operator=(subscription_slot&&) = delete;
  ~subscription_slot() {
    if (count_) count_->fetch_sub(1);
  }

  static std::optional<subscription_slot> take(std::shared_ptr<std::atomic<std::size_t>> count,
                                               std::size_t most) {
    if (count->fetch_add(1) < most) return subscription_slot(std::move(count));
    count->fetch_sub(1);
    return std::nullopt;
  }

private:
  std::shared_ptr<std::atomic<std::size_t>> count_;
};

/** Send what changes until the client leaves, which cancels this, or the server stops.

    @param cancels  whether to say so by `notifications/cancelled` too, as on stdio. */
inline task<response> serve_subscription(server_state const& s, std::shared_ptr<subscription> of,
                                         std::shared_ptr<call_channel> out, request_id id,
                                         std::string honoured, [[maybe_unused]] subscription_slot slot,
                                         bool cancels) {
  auto const changed = std::make_shared<async_event>();
  std::string params = R"({"notifications":)" + honoured + R"(,"_meta":{)" + of->meta() + "}}";
  std::string message = write_notification("notifications/subscriptions/acknowledged", params);
  co_await out->send(std::move(message));
  auto const ticket = of->log().attach(changed->notifier());
  std::uint64_t cursor = 0;
  for (;;) {
    auto const got = of->log().next(ticket, cursor, message);
    if (got == event_log::reading::message)
      co_await out->send(std::move(message));
    else if (got == event_log::reading::none)
      co_await changed->wait();
    else
      break;
  }
  if (cancels) {
    params = R"({"requestId":)" + id.json() + R"(,"reason":"the server stops"})";
    message = write_notification("notifications/cancelled", params);
    co_await out->send(std::move(message));
  }
  std::string result = R"({"resultType":"complete","_meta":{)" + of->meta();
  result += R"(,"io.modelcontextprotocol/serverInfo":)" + s.info_json + "}}";
  co_return response::of_result(id, result);
}

/** Answer `subscriptions/listen` (MCP 2026-07-28 "Subscriptions"): acknowledge, then tell what changes.

    The response itself comes when the server stops. */
inline dispatch_result listen(method_call const& call, session_table& table, bool on_a_channel) {
  auto const refuse = [&call](rpc_code code, char const* why) {
    return response::of_error(response::outcome::answered, call.id, {code, why});
  };
  auto const* wanted = object_member(call.params, "notifications");
  if (!wanted) return refuse(rpc_code::invalid_params, "params.notifications must be an object");
  std::string honoured;
  limits const& bounds = table.bounds().each;
  auto filter = read_filter(call.server, *wanted, call.who.identity, bounds, honoured);
  if (!filter) return refuse(rpc_code::invalid_params, "params.notifications is not a valid filter");
  if (call.server.granted_scopes) {
    std::optional<scope_refusal> refused;
    for (auto const& uri : filter->uris)
      if (auto const found = call.server.find_resource(uri, call.who.identity))
        note_missing_scopes(call.server, "resource", *found->what, call.who.identity, refused);
    if (refused) return *std::move(refused);
  }
  auto slot = subscription_slot::take(table.subscriptions(), call.server.options.max_subscriptions);
  if (!slot) return too_many(call.id, "subscriptions", "max_subscriptions");
  auto out = call.out.open();
  if (!out->open())
    return response::of_error(response::outcome::not_acceptable, call.id,
                              {rpc_code::invalid_request, "accept text/event-stream to listen"});
  auto made = std::make_shared<subscription>(std::move(*filter), call.id, call.who.kept_identity(), bounds);
  if (!table.feed().listen(made)) return refuse(rpc_code::internal_error, "the server stops");
  pending_response made_call(serve_subscription(call.server, std::move(made), std::move(out), call.id,
                                                std::move(honoured), std::move(*slot), on_a_channel),
                             true);
  made_call.listens = true;
  return made_call;
}

}  // namespace mcpawl::detail
