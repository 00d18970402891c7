// mcpawl/transport/address_key.hpp - what an anonymous caller is counted by: the network address
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/caller_network.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace mcpawl::detail {

/** The bytes of the network that a caller has (`http::caller_network`).

    Callers behind one proxy share an address, and so a budget. A loopback address has no key: behind it is either
    the only user of a machine, or a proxy and everybody.
    @par Lifetime
    The view points into it.
*/
class address_key {
public:
  /** @param wanted  false for a caller who has a name: then it is empty. */
  address_key(bool wanted, boost::asio::ip::address const& from) noexcept {
    auto const network = http::caller_network(from);
    if (!wanted || from.is_loopback() || network.is_loopback()) return;
    if (network.is_v4()) {
      bytes_[0] = '4';
      auto const raw = network.to_v4().to_bytes();
      keep(raw.data(), raw.size());
    } else {
      bytes_[0] = '6';
      auto const raw = network.to_v6().to_bytes();
      keep(raw.data(), 8);
    }
  }

  std::string_view view() const noexcept { return {bytes_.data(), size_}; }

private:
  void keep(unsigned char const* raw, std::size_t count) noexcept {
    std::transform(raw, raw + count, bytes_.begin() + 1,
                   [](unsigned char b) { return static_cast<char>(b); });
    size_ = count + 1;
  }

  std::array<char, 9> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace mcpawl::detail
