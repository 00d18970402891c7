// mcpawl/oauth/grant/revocation_counts.hpp - tells whether what is remembered of a grant is still true
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/oauth/grant/token.hpp>
#include <mcpawl/store/bus.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth::detail {

/** Counts what was taken back of grants, here and, where there is a bus, by other instances that share the store.

    Grants share 4096 counters, so that one that is renewed makes few others be looked up again.

    @par Thread safety
    Any thread. */
class revocation_counts final : public mcpawl::detail::bus_listener {
public:
  static constexpr std::size_t stripes = 4096;

  /** The counter of a grant by its id, which has random characters of base64url. */
  static std::size_t stripe_of(std::string_view grant_id) noexcept {
    std::size_t out = 0;
    for (char const c : grant_id.substr(0, 4)) out = out * 31 + static_cast<unsigned char>(c);
    return out % stripes;
  }

  /** The number of the grant of an access token: what was looked up after this was read may be used again, instead of
      looking it up once more, as long as it stays the same.

      @param access_token  any text; what is no token of ours has a number, too */
  std::uint64_t of_token(std::string_view access_token) const noexcept {
    constexpr std::size_t id_at = token::prefix_size + grant_name::owner_size;
    auto const id = access_token.substr(std::min(id_at, access_token.size()));
    return each_[stripe_of(id)].load(std::memory_order_acquire) + all_.load(std::memory_order_acquire);
  }
  /** Whether others may have taken something back that is not heard here at the moment: then what was looked up before is to be
      looked up again. */
  bool is_deaf() const noexcept {
    auto const* const by = bus_.load(std::memory_order_acquire);
    return by != nullptr && !by->hears();
  }
  /** What was taken back of any grant. */
  std::uint64_t total() const noexcept { return total_.load(std::memory_order_acquire); }

  /** Count, and tell others, after it was written. */
  void count(std::string_view grant_id) {
    auto const stripe = stripe_of(grant_id);
    count(stripe);
    auto* const to = bus_.load(std::memory_order_acquire);
    if (to == nullptr) return;
    char const text[2] = {static_cast<char>(stripe >> 8), static_cast<char>(stripe & 0xff)};
    to->tell(topic, {text, sizeof text});
  }

  /** Tell others that share the store from now on, and hear what they take back; once. */
  static void share(std::shared_ptr<revocation_counts> const& counts,
                    std::shared_ptr<mcpawl::detail::bus> by) {
    by->listen(counts);
    counts->owned_bus_ = std::move(by);
    counts->bus_.store(counts->owned_bus_.get(), std::memory_order_release);
  }

  void heard(char what, std::string_view text) override {
    if (what != topic || text.size() != 2) return;
    auto const high = static_cast<unsigned char>(text[0]), low = static_cast<unsigned char>(text[1]);
    count((std::size_t{high} << 8 | low) % stripes);
  }
  void missed() override {
    all_.fetch_add(1, std::memory_order_acq_rel);
    total_.fetch_add(1, std::memory_order_acq_rel);
  }

private:
  static constexpr char topic = 'r';

  void count(std::size_t stripe) noexcept {
    each_[stripe].fetch_add(1, std::memory_order_acq_rel);
    total_.fetch_add(1, std::memory_order_acq_rel);
  }

  std::array<std::atomic<std::uint64_t>, stripes> each_{};
  std::atomic<std::uint64_t> all_ = 0, total_ = 0;
  std::shared_ptr<mcpawl::detail::bus> owned_bus_;
  std::atomic<mcpawl::detail::bus*> bus_ = nullptr;  // set once, so that no lock is needed
};

}  // namespace mcpawl::oauth::detail
