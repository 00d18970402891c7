// mcpawl/jose/unverified_issuer.hpp - which issuer a token names, to choose who verifies it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/jose/compact.hpp>
#include <mcpawl/jose/json_events.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mcpawl::jose::detail {

/** Compares the member `iss` of an object, where it is there once. */
class issuer_sink final : public json_sink {
public:
  explicit issuer_sink(std::string_view issuer) noexcept : issuer_(issuer) {}

  bool on(json_event const& event) noexcept override {
    if (event.depth != 1) return true;
    if (event.token == json_token::name) {
      is_issuer_ = event.text == "iss";
      return true;
    }
    if (is_issuer_) {
      ++count_;
      same_ = event.token == json_token::string && event.text == issuer_;
    }
    is_issuer_ = false;
    return true;
  }
  bool same() const noexcept { return same_ && count_ == 1; }

private:
  std::string_view issuer_;
  bool is_issuer_ = false, same_ = false;
  int count_ = 0;
};

/** Whether a token says that it is of this issuer. Anybody can write such a token: this chooses who verifies it, and nothing else
    may be concluded from it.

    @par Errors
    Throws only `std::bad_alloc`; what is no token names no issuer. */
inline bool names_issuer(std::string_view token, std::string_view issuer) {
  constexpr std::size_t max_bytes = 16 * 1024, max_depth = 16;
  auto const parts = split_compact(token, max_bytes);
  if (!parts) return false;
  std::string payload(parts->payload.size(), '\0');
  auto const size = mcpawl::detail::decode_base64url(
      parts->payload, std::span(reinterpret_cast<unsigned char*>(payload.data()), payload.size()));
  if (!size) return false;
  payload.resize(*size);
  json_reader reader(payload.size(), max_depth);
  issuer_sink sink(issuer);
  return reader.read(payload, sink) == json_outcome::complete && sink.same();
}

}  // namespace mcpawl::jose::detail
