// bench/suite.hpp - the benchmarks of one program: registers them, runs them, prints them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <benchmark/benchmark.h>

#include "allocations.hpp"
#include "instructions.hpp"
#include "plot.hpp"
#include "results.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/** All benchmarks, in the order of the table. */
class suite {
public:
  /** What is printed with the results. */
  struct plan {
    std::string base;       ///< What the others are compared with.
    std::string title;      ///< Of the plot.
    std::string uncounted;  ///< Whose instructions valgrind cannot count.
  };

  /** @param operations how many different ones there are */
  explicit suite(std::size_t operations) : operations_(operations) {}

  /** `make` returns a work. */
  template <class Make>
  void add(std::string name, Make make) {
    counted_.push_back([make, operations = operations_] {
      pass<decltype(make())> work{make(), operations};
      work.all();  // what is kept between operations is there now
      counted_operations([](void* p) { static_cast<decltype(work)*>(p)->all(); }, &work);
    });
    auto const timed = [make, operations = operations_](benchmark::State& state) {
      auto work = make();
      if constexpr (requires { work.label(); }) state.SetLabel(work.label());
      bool good = work(0);
      std::size_t const before = allocations;
      std::size_t i = 0;
      for (auto _ : state) {
        good &= work(i);
        i = (i + 1) % operations;
      }
      state.counters["allocs"] =
          benchmark::Counter(static_cast<double>(allocations - before), benchmark::Counter::kAvgIterations);
      if (!good) state.SkipWithError("not the outcome that was to be measured");
    };
    benchmark::RegisterBenchmark(name.c_str(), timed);
    benchmark::RegisterBenchmark(name.c_str(), timed)->Threads(2);
    names_.push_back(std::move(name));
  }

  /** Do as the arguments of `main` say. Returns what `main` returns: 1 if a mark was missed, 2 if something
      could not be measured.

      @param introduce prints what stands above the table
      @param judge     prints the marks and returns how many were missed */
  template <class Introduce, class Judge>
  int run(int argc, char** argv, plan const& how, Introduce introduce, Judge judge) const {
    std::vector<char*> arguments(argv, argv + argc);
    if (auto const one = take(arguments, "--count")) {
      for (std::size_t i = 0; i != names_.size(); ++i)
        if (one->empty() || *one == names_[i]) counted_[i]();
      return 0;
    }
    bool const instructions = take(arguments, "--instructions").has_value();
    auto const plot_file = take(arguments, "--plot");
    std::string defaults[] = {"--benchmark_repetitions=15", "--benchmark_min_time=0.05",
                              "--benchmark_enable_random_interleaving=true"};
    // the later of two options counts
    for (auto& option : defaults) arguments.insert(arguments.begin() + 1, option.data());
    auto count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;

    results measured{names_};
    if (instructions) {
      auto counts = count_instructions(names_, operations_);
      counts.erase(how.uncounted);
      measured.set_instructions(std::move(counts));
    }
    benchmark::RunSpecifiedBenchmarks(&measured);

    introduce();
    measured.print(how.base);
    int const missed = judge(measured);
    if (plot_file && !plot(measured, *plot_file, how.title)) {
      std::fprintf(stderr, "%s cannot be written\n", plot_file->c_str());
      return 2;
    }
    return measured.failed() ? 2 : missed != 0 ? 1 : 0;
  }

private:
  /** A work, and all operations of it in a row. */
  template <class Work>
  struct pass {
    Work work;
    std::size_t operations;
    void all() {
      for (std::size_t i = 0; i != operations; ++i)
        if (!work(i)) std::abort();
    }
  };

  /** Take an option of ours out of the arguments; what follows its `=`, if any. */
  static std::optional<std::string> take(std::vector<char*>& arguments, std::string_view name) {
    for (auto at = arguments.begin() + 1; at < arguments.end(); ++at) {
      std::string_view const argument{*at};
      if (argument.substr(0, name.size()) != name) continue;
      if (argument.size() != name.size() && argument[name.size()] != '=') continue;
      std::string value{argument.substr(std::min(argument.size(), name.size() + 1))};
      arguments.erase(at);
      return value;
    }
    return std::nullopt;
  }

  std::size_t operations_;
  std::vector<std::string> names_;
  std::vector<std::function<void()>> counted_;
};

}  // namespace bench
