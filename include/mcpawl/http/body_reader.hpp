// mcpawl/http/body_reader.hpp - collects the body of one request from what the connection receives
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/receive_buffer.hpp>
#include <mcpawl/http/request_parser.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::http::detail {

/** Turn received bytes into a body, without reading them itself.

    A body that came with its head, or fits behind it, stays in the receive buffer and costs no copy. A larger
    or chunked one is collected in `storage`, which grows with what arrives, not with what was announced.

    @par Example
    @code
    for (body.begin(limit); body.wants_more();) body.received(socket.read_some(body.room()));
    @endcode
*/
class body_reader {
public:
  /** Room that a chunked body needs behind the head; also the longest line of its framing. */
  static constexpr std::size_t chunk_room = request_parser::max_framing;

  body_reader(receive_buffer& input, request_parser& parser, std::string& storage, std::size_t head_end)
      : input_(input), parser_(parser), storage_(storage), head_end_(head_end), used_(head_end) {
    arrived_ = input.size() > head_end;
    complete_ = parser.body_framing() == framing::none;
    if (parser.body_framing() == framing::length) advance_in_place();
  }

  bool complete() const noexcept { return complete_; }
  std::optional<http_errc> error() const noexcept { return error_; }
  void fail(http_errc e) noexcept { error_ = e; }

  /** The body, once it is complete. */
  std::string_view view() const noexcept { return view_; }
  /** How many bytes at the start of the input belong to this request, as far as is known. */
  std::size_t used() const noexcept { return used_; }
  /** Whether no byte of a body that must come has come. */
  bool untouched() const noexcept { return !complete_ && !arrived_; }

  /** Begin to collect (or only to skip) at most `limit` bytes; may fail or be complete at once. */
  void begin(std::size_t limit, bool skip = false) {
    if (complete_ && view_.size() > limit && !skip) error_ = http_errc::body_too_large;
    if (begun_ || complete_ || error_) return;
    limit_ = limit;
    into_ = skip ? nullptr : &storage_;
    if (parser_.body_framing() == framing::chunked) {
      begun_ = true;
      storage_.clear();
      advance_chunked();
    } else if (parser_.content_length() > limit) {
      error_ = http_errc::body_too_large;
    } else {
      begun_ = true;
      // growing the input would move the head under the handler's views
      in_place_ = parser_.content_length() <= input_.capacity() - head_end_;
      if (in_place_) return;
      storage_.assign(input_.bytes().substr(head_end_));
      stored_ = storage_.size();
      used_ = input_.size();
      make_storage_room();
    }
  }

  bool wants_more() const noexcept { return !complete_ && !error_; }

  /** Where the next bytes go; never empty while more is wanted. */
  boost::asio::mutable_buffer room() noexcept {
    if (parser_.body_framing() == framing::chunked || in_place_) return input_.room();
    return {storage_.data() + stored_, storage_.size() - stored_};
  }

  /** Take note of `count` bytes written into `room()`. */
  void received(std::size_t count) {
    arrived_ = true;
    if (parser_.body_framing() == framing::chunked) {
      input_.commit(count);
      advance_chunked();
    } else if (in_place_) {
      input_.commit(count);
      advance_in_place();
    } else {
      stored_ += count;
      if (stored_ == parser_.content_length()) {
        view_ = storage_;
        complete_ = true;
      } else if (stored_ == storage_.size()) {
        make_storage_room();
      }
    }
  }

private:
  void advance_in_place() noexcept {
    if (input_.size() - head_end_ < parser_.content_length()) return;
    auto const length = static_cast<std::size_t>(parser_.content_length());
    view_ = input_.bytes().substr(head_end_, length);
    used_ = head_end_ + length;
    complete_ = true;
  }

  void make_storage_room() {
    auto const length = static_cast<std::size_t>(parser_.content_length());
    storage_.resize(std::min(length, std::max(stored_ * 2, receive_buffer::max_kept)));
  }

  void advance_chunked() {
    auto const progress = parser_.put_chunked(input_.bytes().substr(head_end_), into_, limit_);
    input_.drop(head_end_, progress.used);
    error_ = progress.failure;
    complete_ = progress.done;
    if (complete_ && into_ != nullptr) view_ = storage_;
  }

  receive_buffer& input_;
  request_parser& parser_;
  std::string& storage_;
  std::size_t head_end_;
  std::size_t used_;
  std::size_t limit_ = 0;
  std::size_t stored_ = 0;
  std::string* into_ = nullptr;
  std::string_view view_;
  std::optional<http_errc> error_;
  bool arrived_;
  bool begun_ = false;
  bool complete_ = false;
  bool in_place_ = false;
};

}  // namespace mcpawl::http::detail
