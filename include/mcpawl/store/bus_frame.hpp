// mcpawl/store/bus_frame.hpp - messages that travel together between instances, and how they are written
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/text/fixed_number.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** What one instance sends at once; without messages it tells that the instance lives.

    It is written as three numbers of 8 bytes, the most significant first, and for each message a topic, the size of
    its text in 2 bytes, and the text. */
struct bus_frame {
  struct message {
    char topic;
    std::string text;
  };

  static constexpr std::size_t head_size = 24;
  static constexpr std::size_t message_head_size = 3;
  static constexpr std::size_t label_size = 8;
  /** What fits into a message of a channel when it is labelled and sealed: base64url of 33 bytes more. */
  static constexpr std::size_t max_size = (bus_channel::max_message - label_size) / 4 * 3 - 33;

  instance_id sender = 0;
  std::uint64_t number = 0;  ///< Of this sender; the first has 1.
  unix_seconds sent = 0;
  std::vector<message> messages = {};

  std::size_t size() const noexcept {
    std::size_t out = head_size;
    for (auto const& each : messages) out += message_head_size + each.text.size();
    return out;
  }

  std::string bytes() const {
    std::string out;
    out.reserve(size());
    append_big_endian(out, sender, 8);
    append_big_endian(out, number, 8);
    append_big_endian(out, static_cast<std::uint64_t>(sent), 8);
    for (auto const& each : messages) {
      out += each.topic;
      append_big_endian(out, each.text.size(), 2);
      out += each.text;
    }
    return out;
  }

  /** Nothing from what is no frame. */
  static std::optional<bus_frame> parse(std::string_view bytes) {
    if (bytes.size() < head_size) return std::nullopt;
    bus_frame out;
    out.sender = take_number(bytes, 8);
    out.number = take_number(bytes, 8);
    out.sent = static_cast<unix_seconds>(take_number(bytes, 8));
    while (!bytes.empty()) {
      if (bytes.size() < message_head_size) return std::nullopt;
      char const topic = bytes.front();
      bytes.remove_prefix(1);
      auto const size = static_cast<std::size_t>(take_number(bytes, 2));
      if (size > bytes.size()) return std::nullopt;
      out.messages.push_back({topic, std::string(bytes.substr(0, size))});
      bytes.remove_prefix(size);
    }
    return out;
  }

  /** What each message of a scope begins with: who shares the engine for something else passes it over unopened. */
  static std::string label_of(std::string_view scope) {
    auto const digest = sha256(scope);
    std::string out;
    append_base64url(out, std::span<unsigned char const>(digest).first(label_size / 4 * 3));
    return out;
  }

private:
  static std::uint64_t take_number(std::string_view& from, std::size_t size) {
    auto const out = read_big_endian(from.substr(0, size));
    from.remove_prefix(size);
    return out;
  }
};

}  // namespace mcpawl::detail
