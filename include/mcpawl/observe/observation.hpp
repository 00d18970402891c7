// mcpawl/observe/observation.hpp - the observers of one server, told one after the other
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>
#include <mcpawl/observe/observer.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The observers of one server, which is asked for wherever something is to be told. Where a pointer to one is null, nobody
    observes, and no record is made.

    @par Thread safety
    Any thread, as the observers must allow. */
class observation {
public:
  /** @param key  of the hashes of principals and sessions. */
  observation(std::vector<observer*> to, secret key) : to_(std::move(to)), key_(std::move(key)) {
    for (auto const* each : to_) traces_ = traces_ || each->wants_traces();
  }

  bool wants_traces() const noexcept { return traces_; }
  /** Whether a call is sampled: any of those who want traces may say so. */
  bool samples(trace_ids const& trace) const noexcept {
    bool yes = false;
    for (auto const* each : to_) {
      try {
        if (each->wants_traces() && each->samples(trace)) yes = true;
      } catch (...) {
        // who observes must not change what is observed
      }
    }
    return yes;
  }
  secret const& key() const noexcept { return key_; }
  std::vector<observer*> const& observers() const noexcept { return to_; }

  /** Tell all of them; one that throws costs the others nothing. */
  template <class... Parameters, class... Arguments>
  void tell(void (observer::*what)(Parameters...), Arguments const&... arguments) const noexcept {
    for (auto* each : to_) {
      try {
        (each->*what)(arguments...);
      } catch (...) {
        // who observes must not change what is observed
      }
    }
  }

private:
  std::vector<observer*> to_;
  secret key_;
  bool traces_ = false;
};

/** Tell that a bound was met, if anybody observes. */
inline void tell_refusal(observation const* to, std::string_view bound) noexcept {
  if (to != nullptr && !bound.empty()) to->tell(&observer::on_refusal, refusal_record{bound});
}

}  // namespace mcpawl::detail
