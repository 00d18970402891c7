// mcpawl/store/bus.hpp - what the instances of one server tell each other
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/store/bus_channel.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Hears what other instances tell.

    @par Thread safety
    Called on any thread, one call at a time. It may only note and post: it must not block, and not call the bus. */
class bus_listener {
public:
  /** Another instance has told something. */
  virtual void heard(char topic, std::string_view text) = 0;
  /** Something may have been missed: all that is remembered of others must be read anew. */
  virtual void missed() = 0;

protected:
  ~bus_listener() = default;
};

/** Tells all instances of a server what one of them has done, sealed with the keys of the server.

    It says so if something may have been missed: each message has the number of its sender, each sender tells that it
    lives four times a second, and an instance that does not hear itself knows that it is deaf. A message whose sender
    does not know a key of ours, that was heard before, or that is over a minute old is dropped. So whoever shares
    the engine can delay and drop messages, but neither read, make nor repeat them.

    What is lost must be made good from the store by whoever listens: nothing is true because the bus says it.

    @par Lifetime
    The destructor ends its thread and waits for it.
    @par Thread safety
    Any thread. */
class bus {
public:
  static constexpr std::size_t max_text = 2900;               ///< Bytes of one message.
  static constexpr std::size_t max_queued = 1024;             ///< Messages; more are dropped.
  static constexpr std::chrono::milliseconds heartbeat{250};  ///< How often an instance tells that it lives.
  static constexpr std::chrono::milliseconds deaf_after{1000};  ///< Without hearing itself.
  static constexpr std::chrono::milliseconds patience{2000};    ///< Of `told`.
  static constexpr std::chrono::seconds max_age{60};            ///< Of a message.

  /** @param channel  not null
      @param scope    what is told is of no use elsewhere: the purpose, and the name of the server */
  MCPAWL_DECL bus(std::unique_ptr<bus_channel> channel, sealer seal, std::string scope, clock const& time,
                  logger log);
  MCPAWL_DECL ~bus();
  bus(bus const&) = delete;
  bus& operator=(bus const&) = delete;

  /** Hear what others tell until the listener dies. */
  MCPAWL_DECL void listen(std::weak_ptr<bus_listener> listener);

  /** Tell all others; it arrives soon, or they know that they have missed something. Longer texts than `max_text` are
      not told: nothing of ours is. */
  MCPAWL_DECL void tell(char topic, std::string_view text);

  /** The same, and wait until the engine has it; false if that took over `patience`. */
  MCPAWL_DECL task<bool> told(char topic, std::string_view text);

  /** Whether it hears what is told at the moment. */
  MCPAWL_DECL bool hears() const noexcept;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/store/bus.ipp>
#endif
