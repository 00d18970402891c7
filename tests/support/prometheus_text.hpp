// tests/support/prometheus_text.hpp - reads Prometheus' text format 0.0.4 and accepts nothing that is not exactly right
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/** The samples of a page by name and labels, `name{a="b",c="d"}`.

    Thrown at is: a line that is neither comment nor sample, a metric without HELP and TYPE before it, or twice, samples of one metric that
    are not together, a series twice, a name or label that is none, an escape that is none, a value that is no number, a negative
    counter, a histogram whose buckets are not cumulative, have no `+Inf`, or do not end with its count. */
class prometheus_text {
public:
  explicit prometheus_text(std::string_view text) {
    if (!text.empty() && text.back() != '\n') fail("the last line does not end");
    while (!text.empty()) {
      auto const end = text.find('\n');
      read(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    check_histograms();
  }

  bool has(std::string const& series) const { return values_.contains(series); }
  double at(std::string const& series) const {
    auto const found = values_.find(series);
    if (found == values_.end()) throw std::runtime_error("there is no " + series);
    return found->second;
  }
  std::size_t size() const { return values_.size(); }
  std::string type(std::string const& name) const {
    return types_.contains(name) ? types_.at(name) : std::string();
  }
  std::set<std::string> names() const {
    std::set<std::string> out;
    for (auto const& [name, type] : types_) out.insert(name);
    return out;
  }

private:
  using labels = std::map<std::string, std::string>;

  [[noreturn]] void fail(std::string const& why) const {
    throw std::runtime_error("metrics, line " + std::to_string(line_) + ": " + why);
  }
  static bool is_name(std::string_view text, bool colon) {
    if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
    for (char c : text) {
      bool const letter =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      if (!letter && !(colon && c == ':')) return false;
    }
    return true;
  }

  void read(std::string_view line) {
    ++line_;
    if (line.starts_with("# HELP ")) return help(line.substr(7));
    if (line.starts_with("# TYPE ")) return type_line(line.substr(7));
    if (line.empty() || line.starts_with('#')) fail("neither a comment of ours nor a sample");
    sample(line);
  }
  void help(std::string_view rest) {
    auto const space = rest.find(' ');
    if (space == std::string_view::npos || rest.size() == space + 1) fail("HELP without a text");
    current_ = rest.substr(0, space);
    if (!is_name(current_, true)) fail("HELP of what is no name");
    if (types_.contains(current_)) fail(current_ + " comes twice");
    helped_ = true;
  }
  void type_line(std::string_view rest) {
    auto const space = rest.find(' ');
    std::string const name(rest.substr(0, space));
    std::string const type(space == std::string_view::npos ? "" : rest.substr(space + 1));
    if (!helped_ || name != current_) fail("TYPE without its HELP before");
    if (type != "counter" && type != "gauge" && type != "histogram") fail("the type " + type);
    types_[name] = type;
    helped_ = false;
  }
  void sample(std::string_view line) {
    if (helped_) fail("HELP without TYPE");
    auto const end = line.find_first_of("{ ");
    std::string const name(line.substr(0, end));
    if (!is_name(name, true)) fail("no name: " + name);
    std::string suffix = name.starts_with(current_) ? name.substr(current_.size()) : "?";
    std::string const type = types_.contains(current_) ? types_.at(current_) : std::string();
    bool const fits =
        type == "histogram" ? suffix == "_bucket" || suffix == "_sum" || suffix == "_count" : suffix.empty();
    if (!fits) fail(name + " does not stand with its metric");
    if (type == "counter" && !name.ends_with("_total")) fail(name + " is a counter without _total");
    std::string_view rest = line.substr(end);
    labels with;
    if (rest.front() == '{') with = read_labels(rest);
    if (rest.size() < 2 || rest.front() != ' ') fail("no value");
    std::string const value(rest.substr(1));
    std::size_t used = 0;
    double number = 0;
    try {
      number = value == "+Inf" ? INFINITY : std::stod(value, &used);
    } catch (std::exception const&) {
      fail("no number: " + value);
    }
    if (value != "+Inf" && used != value.size()) fail("more than a number: " + value);
    if (type != "gauge" && number < 0) fail("less than nothing");
    std::string key = name;
    char before = '{';
    for (auto const& [label, text] : with) {
      key += before;
      before = ',';
      key += label + "=\"" + text + '"';
    }
    if (before == ',') key += '}';
    if (!values_.emplace(key, number).second) fail(key + " comes twice");
    if (type == "histogram") note_histogram(suffix, std::move(with), number);
  }
  labels read_labels(std::string_view& rest) {
    labels out;
    rest.remove_prefix(1);
    for (;;) {
      auto const equals = rest.find("=\"");
      if (equals == std::string_view::npos) fail("a label without a value");
      std::string const label(rest.substr(0, equals));
      if (!is_name(label, false)) fail("no label: " + label);
      rest.remove_prefix(equals + 2);
      std::string text;
      while (!rest.empty() && rest.front() != '"') {
        if (rest.front() == '\\') {
          rest.remove_prefix(1);
          if (rest.empty() || (rest.front() != '\\' && rest.front() != '"' && rest.front() != 'n'))
            fail("no escape");
        }
        text += rest.front();
        rest.remove_prefix(1);
      }
      if (rest.empty()) fail("a value without its end");
      rest.remove_prefix(1);
      if (!out.emplace(label, text).second) fail("the label " + label + " twice");
      if (rest.starts_with('}')) break;
      if (!rest.starts_with(',')) fail("no comma");
      rest.remove_prefix(1);
    }
    rest.remove_prefix(1);
    return out;
  }
  struct histogram {
    std::vector<std::pair<double, double>> buckets;
    double count = -1, sum = -1;
  };
  void note_histogram(std::string const& suffix, labels with, double number) {
    std::string bound;
    if (suffix == "_bucket") {
      if (!with.contains("le")) fail("a bucket without le");
      bound = with.at("le");
      with.erase("le");
    }
    histogram& to = histograms_[{current_, with}];
    if (suffix == "_bucket") to.buckets.emplace_back(bound == "+Inf" ? INFINITY : std::stod(bound), number);
    if (suffix == "_sum") to.sum = number;
    if (suffix == "_count") to.count = number;
  }
  void check_histograms() const {
    for (auto const& [at, h] : histograms_) {
      double bound = -INFINITY, below = 0;
      for (auto const& [le, count] : h.buckets) {
        if (le <= bound || count < below) fail("the buckets of " + at.first);
        bound = le;
        below = count;
      }
      if (!std::isinf(bound) || below != h.count || h.sum < 0) fail("the end of " + at.first);
    }
  }

  std::size_t line_ = 0;
  std::string current_;
  bool helped_ = false;
  std::map<std::string, std::string> types_;
  std::map<std::string, double> values_;
  std::map<std::pair<std::string, labels>, histogram> histograms_;
};

}  // namespace support
