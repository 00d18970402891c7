// mcpawl/store/bus_channel.hpp - the interface of what carries short messages between the instances of a server
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcpawl {

/** Names one running process of those that share a store; a random number, never 0. */
using instance_id = std::uint64_t;

/** What a `bus_channel` tells of what arrives.

    @par Thread safety
    Called on any thread, one call at a time. It must not block, and must not call the channel. */
class bus_receiver {
public:
  /** A message has come, as it was published; those of one sender come in its order. */
  virtual void on_message(std::string_view message) = 0;
  /** Messages arrive from now on; what was published before may have been missed. */
  virtual void on_connected() = 0;
  /** Messages may be missed from now on, until `on_connected`. */
  virtual void on_disconnected() = 0;

protected:
  bus_receiver() = default;
  bus_receiver(bus_receiver const&) = default;
  bus_receiver& operator=(bus_receiver const&) = default;
  ~bus_receiver() = default;
};

/** Carries short messages between the processes that share a store: at most once, and to whoever listens at the time.

    It promises no more than the publish and subscribe of an engine. What messages mean, that they come from an
    instance of the same server, and what is done about lost ones is the work of its user. Messages are bytes of any kind.

    @par Lifetime
    It may outlive the store that made it, and its coroutines may outlive it.
    @par Thread safety
    `publish` may be called from any thread; the coroutine runs on an executor of one thread, or on a strand. */
class bus_channel {
public:
  static constexpr std::size_t max_message = 4096;

  virtual ~bus_channel() = default;

  /** Begin to receive what is published to all and to `self`; once. A connection that breaks is made anew until `close`.

      @param to  outlives the channel, or the return of `close` */
  virtual void listen(instance_id self, bus_receiver& to) = 0;

  /** Receive no more: when it returns, the receiver is not called any more. May be called again. */
  virtual void close() noexcept = 0;

  /** Publish to one instance, or to all, this one too, if `to` is 0. It returns when the engine has the message, which
      says nothing of who received it.

      @par Errors
      `store_errc`: `value_too_large` over `max_message`, `unreachable`, `unconfirmed`, `busy`, `closed`; and `io`, `cannot_open`, `permissions`,
      `read_only` where the engine or the folder of the sockets does not let us. */
  virtual task<result<void>> publish(instance_id to, std::string message) = 0;

protected:
  bus_channel() = default;
  bus_channel(bus_channel const&) = default;
  bus_channel& operator=(bus_channel const&) = default;
};

}  // namespace mcpawl
