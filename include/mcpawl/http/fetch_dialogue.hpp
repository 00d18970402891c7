// mcpawl/http/fetch_dialogue.hpp - what is said to a server and what it answers, without the socket in
// between
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fetch_request.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/tls_session.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::http::detail {

/** One request and its response as bytes to send and bytes received, encrypted if the URL says so.

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
  fetch_dialogue(fetch_request const& request, tls_trust const& trust)
      : reader_(request.method() == "HEAD", request.max_header_bytes(), request.max_body_bytes()) {
    if (!request.url().is_secure()) {
      unsent_ = request.to_string();
      return;
    }
    request_ = request.to_string();
    tls_ = tls_session::open(trust, request.url().host_name());
    if (tls_)
      shake_hands();
    else
      error_ = http_errc::tls_failed;
  }

  bool done() const noexcept { return reader_.done(); }
  std::optional<http_errc> error() const noexcept { return error_; }
  fetch_response take() { return reader_.take(); }

  /** What has to be sent before anything is worth reading. */
  std::string_view unsent() const noexcept { return std::string_view{unsent_}.substr(sent_); }
  void sent(std::size_t count) noexcept {
    sent_ += count;
    if (sent_ == unsent_.size()) stop_sending();
  }
  /** Forget what is unsent: the peer does not read any more, but it may have answered already. */
  void stop_sending() noexcept {
    unsent_.clear();
    sent_ = 0;
  }

  void received(std::string_view bytes) {
    if (!tls_) {
      error_ = reader_.put(bytes);
      return;
    }
    tls_->put(bytes.data(), bytes.size());
    if (!request_.empty()) shake_hands();
    if (request_.empty() && !error_) decrypt();
  }

  /** Nothing more will come: the peer closed its side, or (not `orderly`) reset the connection. */
  void ended(bool orderly) {
    // in TLS an end without a good-bye may be somebody's scissors
    if (tls_)
      error_ = request_.empty() ? http_errc::answer_cut_short : http_errc::tls_failed;
    else
      error_ = orderly ? reader_.end() : http_errc::answer_cut_short;
  }

private:
  void shake_hands() {
    auto const step = tls_->handshake();
    if (step == tls_session::step::done) {
      if (tls_->write(request_) != tls_session::step::done) error_ = http_errc::tls_failed;
      request_.clear();
    } else if (step != tls_session::step::needs_input) {
      error_ = tls_->failure();
    }
    tls_->take(unsent_);
  }

  void decrypt() {
    char plain[4096];
    while (!done() && !error_) {
      std::size_t count = 0;
      auto const step = tls_->read(plain, sizeof plain, count);
      if (step == tls_session::step::needs_input) break;
      if (step == tls_session::step::done)
        error_ = reader_.put({plain, count});
      else if (step == tls_session::step::closed)
        error_ = reader_.end();
      else
        error_ = http_errc::tls_failed;
    }
    tls_->take(unsent_);
  }

  answer_reader reader_;
  std::optional<tls_session> tls_;
  std::string request_;  // until the handshake is done
  std::string unsent_;
  std::size_t sent_ = 0;
  std::optional<http_errc> error_;
};

}  // namespace mcpawl::http::detail
