// mcpawl/transport/legacy_sse.hpp - the transport of 2024-11-05: an event stream, an endpoint to post to
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/types/request.hpp>
#include <mcpawl/transport/channel_client.hpp>
#include <mcpawl/transport/event_stream.hpp>
#include <mcpawl/transport/forwarded_reader.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** The clients of HTTP+SSE (MCP 2024-11-05 "Transports"): everything for them goes to the stream they opened,
    and they post to the address that its first event tells.

    The session is the stream: it ends with the connection. Messages that come to another instance are passed on.
    @par Thread safety
    Any thread; a client's messages may arrive on other threads than the one its stream is on.
*/
class legacy_sse {
public:
  /** @param path  of the event stream; messages are posted to `/messages` below it. */
  explicit legacy_sse(std::string path, limits const& bounds = {})
      : path_(std::move(path)), messages_(path_ + "/messages"), bounds_(bounds) {}

  std::string const& path() const noexcept { return path_; }
  bool serves(std::string_view path) const noexcept { return path == path_ || path == messages_; }

  /** The id of a client in the query of a POST; empty if there is none. */
  static std::string_view id_in(std::string_view query) noexcept {
    return query.starts_with(parameter) ? query.substr(parameter.size()) : std::string_view();
  }

  /** The client that a POST belongs to by its query; null if its stream is not here, or it is somebody else's. */
  std::shared_ptr<channel_client> find(std::string_view query, caller const& who) const {
    std::lock_guard const lock{mutex_};
    auto const found = clients_.find(id_in(query));
    if (found == clients_.end() || found->second.principal != who.principal) return nullptr;
    return found->second.client;
  }

  /** Serve one event stream to its end.

      @param style     without a name: its events have no ids
      @param protocol  answers messages that other instances pass on */
  task<> listen(http::exchange& ex, http::response head, caller const& who, event_style style,
                dispatcher& protocol) {
    std::string const id = random_hex(16);
    auto const client = std::make_shared<bounded_client>(bounds_);
    registration const slot(*this, id, std::string(who.principal), client);
    if (!slot.taken) {
      co_await ex.respond(http::response(503));
      co_return;
    }
    auto const changed = std::make_shared<async_event>();
    log_reader reader(client->out(), changed);
    std::optional<forwarded_reader> forwarded;
    if (auto const& others = protocol.known().shared()) {
      forwarded.emplace(others->forwarded(), id, who, protocol, client, ex.executor(), changed);
      style.look_elsewhere = [&forwarded] { return forwarded->look(); };
      co_await forwarded->look();
    }
    if (!co_await ex.start_events(std::move(head))) co_return;
    std::string const endpoint =
        "event: endpoint\ndata: " + messages_ + '?' + std::string(parameter) + id + "\n\n";
    if (!co_await ex.raw_event(endpoint)) co_return;
    co_await write_events_watched(ex, reader, changed, style, 0);
  }

  /** End all streams, and take no more clients. */
  void close() {
    std::lock_guard const lock{mutex_};
    closed_ = true;
    for (auto const& [id, known] : clients_) {
      if (auto const session = known.client->channel().session()) session->stop_waiting();
      known.client->out()->finish();
    }
  }

  /** A client that is given up when it reads too slowly: over `limits::max_sse_unread_messages` or
      `limits::max_sse_unread_bytes`. */
  class bounded_client final : public channel_client {
  public:
    explicit bounded_client(limits const& bounds)
        : max_messages_(bounds.max_sse_unread_messages), max_bytes_(bounds.max_sse_unread_bytes) {}

  protected:
    void say(std::string message) override {
      auto const queued = out()->to_read();
      if (queued.messages >= max_messages_ || queued.bytes > max_bytes_) out()->close_stream();
      channel_client::say(std::move(message));
    }

  private:
    std::size_t max_messages_, max_bytes_;
  };

private:
  static constexpr std::string_view parameter = "sessionId=";

  struct known_client {
    std::string principal;
    std::shared_ptr<channel_client> client;
  };

  /** The place of a client among the others, until its stream ends. */
  struct registration {
    registration(legacy_sse& all_, std::string id_, std::string principal,
                 std::shared_ptr<channel_client> client_)
        : all(all_), id(std::move(id_)), client(std::move(client_)) {
      std::lock_guard const lock{all.mutex_};
      taken = !all.closed_ && all.clients_.size() < all.bounds_.max_sse_clients;
      if (taken) all.clients_.emplace(id, known_client{std::move(principal), client});
    }
    ~registration() {
      if (!taken) return;
      {
        std::lock_guard const lock{all.mutex_};
        all.clients_.erase(id);
      }
      client->channel().end();
      client->out()->finish();
    }
    registration(registration const&) = delete;
    registration& operator=(registration const&) = delete;
    legacy_sse& all;
    std::string id;
    std::shared_ptr<channel_client> client;
    bool taken = false;
  };

  std::string path_;
  std::string messages_;
  limits bounds_;
  mutable std::mutex mutex_;
  std::map<std::string, known_client, std::less<>> clients_;
  bool closed_ = false;
};

}  // namespace mcpawl::detail
