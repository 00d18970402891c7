// bench/marks.hpp - what is demanded of the results, and whether it holds
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "results.hpp"

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/** Prints marks as a Markdown table and counts those that are missed. A mark whose parts were not measured,
    since they are not of this machine or were not asked for, is printed as that. */
class marks {
public:
  explicit marks(results const& of) : of_(of) {
    std::printf("\n| mark | measured | demanded | |\n|---|---:|---:|---|\n");
  }

  void time_ratio(std::string const& name, std::vector<std::string> const& bases, double limit) {
    std::optional<double> fastest;
    for (std::string const& base : bases) {
      auto const ns = of_.get(base).ns;
      if (ns) fastest = std::min(fastest.value_or(*ns), *ns);
    }
    std::string const against = bases.size() == 1 ? bases[0] : "the fastest peer";
    check(name + " : " + against + ", time", "%.3f", results::ratio(of_.get(name).ns, fastest), limit);
  }
  void instruction_ratio(std::string const& name, std::string const& base, double limit) {
    check(name + " : " + base + ", instructions", "%.4f",
          results::ratio(of_.get(name).instructions, of_.get(base).instructions), limit);
  }
  void at_most(std::string const& name, double ns) { check(name + ", ns", "%.1f", of_.get(name).ns, ns); }
  void no_allocation(std::string const& name) {
    check(name + ", allocations", "%.4g", of_.get(name).allocations, 0);
  }
  void two_threads(std::string const& name, double limit) {
    measured const m = of_.get(name);
    check(name + ", 2 threads : 1", "%.3f", results::ratio(m.two_threads, m.ns), limit);
  }
  void not_here(std::string const& what) { std::printf("| %s | | | not on this machine |\n", what.c_str()); }

  int missed() const noexcept { return missed_; }

private:
  void check(std::string const& what, char const* format, std::optional<double> value, double limit) {
    char number[64] = "";
    if (value) std::snprintf(number, sizeof number, format, *value);
    bool const held = value && *value <= limit;
    missed_ += value && !held;
    std::printf("| %s | %s | <= %g | %s |\n", what.c_str(), number, limit,
                !value ? "not measured"
                : held ? "held"
                       : "**MISSED**");
  }

  results const& of_;
  int missed_ = 0;
};

}  // namespace bench
