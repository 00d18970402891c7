// mcpawl/http/fetch_dialogue.hpp - what is said to a server and what it answers, without the socket in
// between
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/answer_reader.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fetch_request.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/tls_session.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::http::detail {

/** One request and its response as bytes to send and bytes received, encrypted if there is a session of TLS.

    @par Lifetime
    The session outlives it, and may serve another dialogue afterwards if `leaves_connection_open()`.
    @par Example
    @code
    while (!dialogue.done() && !dialogue.error()) {
      if (dialogue.unsent().empty()) dialogue.received(read());
      else dialogue.sent(write(dialogue.unsent()));
    }
    @endcode
*/
class fetch_dialogue {
public:
  /** @param tls  the session, established or not yet begun; null for plain http */
  fetch_dialogue(fetch_request const& request, tls_session* tls, after_response then)
      : reader_(request.method() == "HEAD", request.max_header_bytes(), request.max_body_bytes()), tls_(tls) {
    if (tls_ == nullptr) {
      unsent_ = request.to_string(then);
      return;
    }
    request_ = request.to_string(then);
    if (tls_->established())
      send_request();
    else
      shake_hands();
    tls_->take(unsent_);
  }

  bool done() const noexcept { return reader_.done(); }
  std::optional<http_errc> error() const noexcept { return error_; }
  fetch_response take() { return reader_.take(); }

  /** Whether the handshake of TLS is still under way. */
  bool connecting() const noexcept { return tls_ != nullptr && !request_.empty(); }
  /** Whether the connection ended before a byte of the response: what a server does that closes idle connections. */
  bool lost_unanswered() const noexcept { return lost_ && !reader_.begun(); }
  /** Whether the connection may carry another request. */
  bool leaves_connection_open() const noexcept {
    return reader_.leaves_connection_open() && !error_ && !excess_ && !cut_off_ && unsent().empty();
  }

  /** What has to be sent before anything is worth reading. */
  std::string_view unsent() const noexcept { return std::string_view{unsent_}.substr(sent_); }
  void sent(std::size_t count) noexcept {
    sent_ += count;
    if (sent_ == unsent_.size()) clear_unsent();
  }
  /** Forget what is unsent: the peer does not read any more, but it may have answered already. */
  void stop_sending() noexcept {
    cut_off_ = true;
    clear_unsent();
  }

  void received(std::string_view bytes) {
    if (tls_ == nullptr) {
      error_ = reader_.put(bytes);
      return;
    }
    tls_->put(bytes.data(), bytes.size());
    if (!request_.empty()) shake_hands();
    if (request_.empty() && !error_) decrypt();
    tls_->take(unsent_);
  }

  /** Nothing more will come: the peer closed its side, or (not `orderly`) reset the connection. */
  void ended(bool orderly) {
    lost_ = true;
    // in TLS an end without a good-bye may be somebody's scissors
    if (tls_ != nullptr)
      error_ = request_.empty() ? http_errc::answer_cut_short : http_errc::tls_failed;
    else
      error_ = orderly ? reader_.end() : http_errc::answer_cut_short;
  }

private:
  void clear_unsent() noexcept {
    unsent_.clear();
    sent_ = 0;
  }

  void shake_hands() {
    auto const step = tls_->handshake();
    if (step == tls_session::step::done)
      send_request();
    else if (step != tls_session::step::needs_input)
      error_ = tls_->failure();
  }

  void send_request() {
    if (tls_->write(request_) != tls_session::step::done) error_ = http_errc::tls_failed;
    request_.clear();
  }

  void decrypt() {
    char plain[4096];
    while (!error_) {
      std::size_t count = 0;
      auto const step = tls_->read(plain, sizeof plain, count);
      if (step == tls_session::step::needs_input) break;
      if (done()) {  // what is neither a ticket nor anything else of TLS itself
        excess_ = true;
        break;
      }
      if (step == tls_session::step::done) {
        error_ = reader_.put({plain, count});
      } else if (step == tls_session::step::closed) {
        lost_ = true;
        error_ = reader_.end();
      } else {
        error_ = http_errc::tls_failed;
      }
    }
  }

  answer_reader reader_;
  tls_session* tls_;
  std::string request_;  // until the handshake is done
  std::string unsent_;
  std::size_t sent_ = 0;
  bool cut_off_ = false, lost_ = false, excess_ = false;
  std::optional<http_errc> error_;
};

}  // namespace mcpawl::http::detail
