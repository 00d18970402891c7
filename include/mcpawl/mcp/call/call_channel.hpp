// mcpawl/mcp/call/call_channel.hpp - the way back from a call to its client, as transports provide it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::detail {

struct pending_response;
struct response;

/** Called once when a call is over: why it failed, or its response; neither if it was cancelled. */
using call_end = std::function<void(std::exception_ptr failure, std::optional<response> result)>;

/** What a running call is charged with, for work that may outlive it. */
struct held_call {
  std::shared_ptr<void const> charge = {};  ///< The call counts as running until this is destroyed.
  std::string_view account = {};            ///< Whose call it is; lives as long as the charge.
};

/** One call as its transport runs it: where its messages go, and how it is stopped.

    @par Thread safety
    `cancel` may be called from any thread; the rest belongs to the thread the call runs on.
*/
class call_channel {
public:
  virtual ~call_channel() = default;
  /** Run the call whose channel this is, once. `ended` may be called before this returns. */
  virtual void start(pending_response call, call_end ended) = 0;
  /** Send one message. It may wait for a slow peer; what can no longer be delivered is dropped. */
  virtual task<> send(std::string message) = 0;
  /** Whether the client takes messages before the response at all. */
  virtual bool open() const noexcept = 0;
  /** Let go of the connection while the call goes on, where the client can come back for the rest. */
  virtual void close_stream() noexcept = 0;
  /** Share what the call is charged with. */
  virtual held_call hold() { return {}; }
  /** Let its function work for so long from now on. Then its pending `co_await` ends with `operation_aborted`,
      as by `cancel`, but its response is sent. */
  virtual void begin_time(std::chrono::milliseconds) {}
  /** The function has ended: its time counts no more. */
  virtual void end_time() noexcept {}
  /** Somebody else has to do something now: its time stands still until `resume_time`, as often as this. */
  virtual void pause_time() noexcept {}
  virtual void resume_time() {}
  /** Whether the time of its function was over before it ended. */
  virtual bool timed_out() const noexcept { return false; }
  /** Cancel the call: its pending `co_await` ends with `operation_aborted`, and nothing more of it is sent.
   */
  virtual void cancel() noexcept = 0;
};

/** The time of a function that works, in the scope of what runs it. */
class timed_section {
public:
  /** @param most  zero for any time. */
  timed_section(call_channel* of, std::chrono::milliseconds most) : of_(most.count() > 0 ? of : nullptr) {
    if (of_) of_->begin_time(most);
  }
  timed_section(timed_section const&) = delete;
  timed_section& operator=(timed_section const&) = delete;
  ~timed_section() {
    if (of_) of_->end_time();
  }

private:
  call_channel* of_;
};

/** A transport's promise to take messages for a call, asked for only by calls that can send some. */
class call_channel_source {
public:
  virtual std::shared_ptr<call_channel> open() = 0;

protected:
  ~call_channel_source() = default;
};

}  // namespace mcpawl::detail
