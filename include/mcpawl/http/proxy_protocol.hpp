// mcpawl/http/proxy_protocol.hpp - reads the header of the PROXY protocol, version 2, with which a connection begins
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mcpawl::http::detail {

/** What the bytes at the beginning of a connection say about where it comes from.

    @see https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt section 2.2
*/
struct proxy_header {
  enum class state { incomplete, malformed, complete };
  static constexpr std::size_t fixed_size = 16;
  static constexpr std::size_t max_size =
      4096;  ///< With what is behind the addresses, which nobody here reads.

  state what = state::incomplete;
  std::size_t size = fixed_size;  ///< Of the header, as far as it is known: so many bytes belong to it.
  /** The client; empty if the proxy speaks for itself (a health check), or the client has no IP address. */
  std::optional<boost::asio::ip::tcp::endpoint> source = {};

  static proxy_header read(std::string_view bytes) {
    using namespace std::string_view_literals;
    constexpr std::string_view signature = "\r\n\r\n\0\r\nQUIT\n"sv;
    proxy_header out;
    std::size_t const common = std::min(bytes.size(), signature.size());
    if (bytes.substr(0, common) != signature.substr(0, common)) return refused();
    if (bytes.size() < fixed_size) return out;
    unsigned const command = byte(bytes, 12), family = byte(bytes, 13);
    std::size_t const length = byte(bytes, 14) << 8 | byte(bytes, 15);
    out.size = fixed_size + length;
    if (command >> 4 != 2 || (command & 15) > 1 || out.size > max_size) return refused();
    if (bytes.size() < out.size) return out;
    out.what = state::complete;
    bool const local = (command & 15) == 0;
    constexpr unsigned unknown = 0x00, tcp4 = 0x11, tcp6 = 0x21, unix_stream = 0x31;
    if (local || family == unknown || family == unix_stream) return out;
    if (family == tcp4 && length >= 12) {
      boost::asio::ip::address_v4::bytes_type raw;
      for (std::size_t i = 0; i != raw.size(); ++i) raw[i] = static_cast<unsigned char>(byte(bytes, 16 + i));
      out.source.emplace(boost::asio::ip::address_v4(raw), port(bytes, 24));
    } else if (family == tcp6 && length >= 36) {
      boost::asio::ip::address_v6::bytes_type raw;
      for (std::size_t i = 0; i != raw.size(); ++i) raw[i] = static_cast<unsigned char>(byte(bytes, 16 + i));
      out.source.emplace(boost::asio::ip::address_v6(raw), port(bytes, 48));
    } else {
      return refused();
    }
    return out;
  }

private:
  static proxy_header refused() {
    proxy_header out;
    out.what = state::malformed;
    return out;
  }
  static unsigned byte(std::string_view bytes, std::size_t at) noexcept {
    return static_cast<unsigned char>(bytes[at]);
  }
  static std::uint16_t port(std::string_view bytes, std::size_t at) noexcept {
    return static_cast<std::uint16_t>(byte(bytes, at) << 8 | byte(bytes, at + 1));
  }
};

}  // namespace mcpawl::http::detail
