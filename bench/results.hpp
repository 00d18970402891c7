// bench/results.hpp - collects what was measured and prints it as a Markdown table
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/** Medians of one benchmark; what was not measured is absent. */
struct measured {
  std::optional<double> ns;           ///< CPU time per operation.
  std::optional<double> two_threads;  ///< The same with two threads at once.
  std::optional<double> allocations;  ///< Calls of the allocator per operation.
  std::optional<double> instructions;
  std::string label;
};

/** A reporter of Google Benchmark that keeps results instead of printing them. */
class results : public benchmark::BenchmarkReporter {
public:
  static constexpr std::string_view second = "/threads:2";

  explicit results(std::vector<std::string> names) : names_(std::move(names)) {}

  bool ReportContext(Context const&) override { return true; }

  void ReportRuns(std::vector<Run> const& runs) override {
    for (Run const& run : runs) {
      std::string const name = run.run_name.str();
      if (run.error_occurred) {
        std::fprintf(stderr, "%s: %s\n", name.c_str(), run.error_message.c_str());
        failed_ = true;
      } else if (run.run_type == Run::RT_Iteration) {
        series& s = series_[name];
        s.ns.push_back(run.GetAdjustedCPUTime());
        s.allocations.push_back(run.counters.at("allocs"));
        s.label = run.report_label;
      }
    }
  }

  void set_instructions(std::map<std::string, double> counts) { instructions_ = std::move(counts); }

  std::vector<std::string> const& names() const noexcept { return names_; }
  bool failed() const noexcept { return failed_; }

  measured get(std::string const& name) const {
    measured out;
    if (auto const one = series_.find(name); one != series_.end()) {
      out.ns = median(one->second.ns);
      out.allocations = median(one->second.allocations);
      out.label = one->second.label;
    }
    if (auto const two = series_.find(name + std::string{second}); two != series_.end())
      out.two_threads = median(two->second.ns);
    if (auto const count = instructions_.find(name); count != instructions_.end())
      out.instructions = count->second;
    return out;
  }

  /** Print one line for each benchmark that ran; `base` is what the others are compared with. */
  void print(std::string const& base) const {
    auto const raw = get(base).ns;
    std::printf("| benchmark | CPU ns/op | x %s | 2 threads | allocations | instructions | |\n",
                base.c_str());
    std::printf("|---|---:|---:|---:|---:|---:|---|\n");
    for (std::string const& name : names_) {
      measured const m = get(name);
      if (!m.ns && !m.two_threads) continue;
      std::printf("| %s | %s | %s | %s | %s | %s | %s |\n", name.c_str(), text("%.1f", m.ns).c_str(),
                  text("%.3f", ratio(m.ns, raw)).c_str(), text("%.3f", ratio(m.two_threads, m.ns)).c_str(),
                  text("%.4g", m.allocations).c_str(), text("%.0f", m.instructions).c_str(), m.label.c_str());
    }
  }

  static std::optional<double> ratio(std::optional<double> a, std::optional<double> b) {
    return a && b ? std::optional{*a / *b} : std::nullopt;
  }

private:
  struct series {
    std::vector<double> ns;
    std::vector<double> allocations;
    std::string label;
  };

  static double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    std::size_t const half = values.size() / 2;
    return values.size() % 2 != 0 ? values[half] : (values[half - 1] + values[half]) / 2;
  }
  static std::string text(char const* format, std::optional<double> value) {
    if (!value) return "-";
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, format, *value);
    return buffer;
  }

  std::vector<std::string> names_;
  std::map<std::string, series> series_;
  std::map<std::string, double> instructions_;
  bool failed_ = false;
};

}  // namespace bench
