// tests/support/event_stream.hpp - a request that is answered by events, read one by one
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "running.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

struct stream_event {
  std::string type, id, retry, data;
  bool ended = false;
};

class event_stream {
public:
  /** Ask, and read the head of the response. */
  event_stream(std::uint16_t port, std::string_view method, std::string_view target, fields const& with,
               std::string_view body = {})
      : event_stream(port) {
    client_->send_request(method, target, with, body);
    head();
  }
  /** Ask by `client().send_request`. */
  explicit event_stream(std::uint16_t port) : client_(std::make_unique<loopback_client>(port)) {}

  loopback_client& client() noexcept { return *client_; }

  /** Of the response; waits for it. */
  http_reply const& head() const {
    if (head_.status == 0) head_ = client_->read_head();
    return head_;
  }

  /** The next event that is no comment. */
  stream_event next() {
    stream_event out;
    bool fields_seen = false;
    for (;;) {
      std::string line;
      if (!read_line(line)) {
        out.ended = true;
        return out;
      }
      if (line.empty() && fields_seen) return out;
      auto const take = [&](std::string_view name, std::string& to) {
        if (!line.starts_with(name)) return;
        to += line.substr(name.size());
        fields_seen = true;
      };
      take("event: ", out.type);
      take("id: ", out.id);
      take("retry: ", out.retry);
      take("data: ", out.data);
    }
  }
  /** The next message; events without one are passed over. */
  boost::json::value message() {
    for (;;) {
      stream_event const e = next();
      if (e.ended) throw std::runtime_error("the stream ended");
      last_id = e.id;
      if (!e.data.empty()) return boost::json::parse(e.data);
    }
  }
  /** True if nothing but the end comes. */
  bool ends() { return next().ended; }

  std::string last_id;

private:
  /** False at the end. */
  bool read_line(std::string& line) {
    for (;;) {
      auto const end = text_.find('\n');
      if (end != std::string::npos) {
        line = text_.substr(0, end);
        text_.erase(0, end + 1);
        return true;
      }
      std::string const chunk = client_->read_chunk();
      if (chunk.empty()) return false;
      text_ += chunk;
    }
  }

  std::unique_ptr<loopback_client> client_;
  mutable http_reply head_;
  std::string text_;
};

}  // namespace support
