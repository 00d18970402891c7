// mcpawl/store/redis/redis_request.hpp - one operation under way to a Redis server
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/redis/redis_reply.hpp>
#include <mcpawl/store/redis/redis_scripts.hpp>
#include <mcpawl/store/store_repeat.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** How much may wait for a server at once. */
struct redis_room {
  static constexpr std::size_t most_operations = 16'384;
  static constexpr std::size_t most_bytes = 64 * 1024 * 1024;

  std::atomic<std::size_t> operations{0}, bytes{0};
};

/** A command, its answer, and the coroutine that waits for it.

    @par Thread safety
    Made by one thread and then used by that of the store; `answer` is read after `end` was notified.
*/
class redis_request {
public:
  using time_point = std::chrono::steady_clock::time_point;
  /** How long an operation may take, all repetitions included. */
  static constexpr std::chrono::milliseconds patience{2000};

  /** @param words  of a script: the number of its keys, the keys, its arguments; else the whole command */
  redis_request(redis_script script, std::vector<std::string> words, store_repeat repeat, bool durable)
      : script_(script), words_(std::move(words)), repeat_(repeat), durable_(durable) {}
  redis_request(redis_request const&) = delete;
  redis_request& operator=(redis_request const&) = delete;
  ~redis_request() {
    if (!room_) return;
    room_->operations -= 1;
    room_->bytes -= size_;
  }

  /** Take its part of a room, for as long as it lives. False if there is none. */
  bool has_room(std::shared_ptr<redis_room> in) {
    for (auto const& word : words_) size_ += word.size();
    room_ = std::move(in);
    bool const few = ++room_->operations <= redis_room::most_operations;
    return (room_->bytes += size_) <= redis_room::most_bytes && few;
  }

  redis_script script() const noexcept { return script_; }
  std::vector<std::string> const& words() const noexcept { return words_; }
  bool durable() const noexcept { return durable_; }
  time_point deadline() const noexcept { return deadline_; }
  std::shared_ptr<async_event> const& end() const noexcept { return end_; }
  result<redis_reply>& answer() noexcept { return answer_; }

  // of the thread of the store

  bool finished() const noexcept { return finished_; }
  void finish(result<redis_reply> with) {
    if (finished_) return;
    finished_ = true;
    answer_ = std::move(with);
    end_->notify();
  }
  /** The time is over, or the store is being closed. */
  void give_up(bool in_flight) {
    if ((in_flight || unknown_) && repeat_ != store_repeat::harmless)
      finish(make_error_code(store_errc::unconfirmed));
    else
      finish(make_error_code(refusal_));
  }
  /** The connection was lost after the command went out. False if it must not be sent again. */
  bool survives_loss() {
    if (finished_) return false;
    if (repeat_ == store_repeat::never) {
      finish(make_error_code(store_errc::unconfirmed));
      return false;
    }
    unknown_ = true;
    return true;
  }
  /** The server has said that it did not do it, and why that may change. */
  void refused(store_errc why) noexcept { refusal_ = why; }

  bool whole_text = false;    ///< The server does not know the script: send its text.
  bool asking = false;        ///< It goes to who is about to get its slot (ASKING).
  unsigned redirections = 0;  ///< How often another server was named.

private:
  redis_script const script_;
  std::vector<std::string> const words_;
  store_repeat const repeat_;
  bool const durable_;
  time_point const deadline_ = std::chrono::steady_clock::now() + patience;
  std::shared_ptr<async_event> const end_ = std::make_shared<async_event>();
  std::shared_ptr<redis_room> room_;
  std::size_t size_ = 0;
  result<redis_reply> answer_{make_error_code(store_errc::io)};
  store_errc refusal_ = store_errc::unreachable;
  bool finished_ = false;
  bool unknown_ = false;  // a former attempt may have been carried out
};

/** What an error of a server means for an operation. */
enum class redis_verdict : unsigned char {
  final,      ///< The answer is the error.
  send_text,  ///< The script is not known: nothing was done.
  later,      ///< Nothing was done; the connection must be made anew.
  elsewhere,  ///< Nothing was done: another server has the slot of the key.
};

struct redis_error {
  redis_verdict verdict;
  store_errc code;
};

inline redis_error judge_redis_error(redis_reply const& reply) {
  auto const word = reply.error_word();
  if (word == "NOSCRIPT") return {redis_verdict::send_text, store_errc::io};
  if (word == "OOM") return {redis_verdict::final, store_errc::full};
  if (word == "MISCONF") {
    bool const no_room = reply.text.find("No space left") != std::string::npos;
    return {redis_verdict::final, no_room ? store_errc::full : store_errc::io};
  }
  if (word == "BUSY" || word == "TRYAGAIN") return {redis_verdict::later, store_errc::busy};
  if (word == "READONLY" || word == "LOADING" || word == "MASTERDOWN" || word == "CLUSTERDOWN" ||
      word == "NOAUTH" || word == "NOREPLICAS")
    return {redis_verdict::later, store_errc::unreachable};
  if (word == "MOVED" || word == "ASK") return {redis_verdict::elsewhere, store_errc::io};
  if (word == "WRONGTYPE") return {redis_verdict::final, store_errc::foreign};
  return {redis_verdict::final, store_errc::io};
}

}  // namespace mcpawl::detail
