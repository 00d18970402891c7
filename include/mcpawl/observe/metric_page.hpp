// mcpawl/observe/metric_page.hpp - metrics as text, in Prometheus' format 0.0.4
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Writes metrics, each with its samples behind it.
    https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
class metric_page {
public:
  using label = std::pair<std::string_view, std::string_view>;

  explicit metric_page(std::string& out) : out_(out) {}

  void begin(std::string_view name, std::string_view type, std::string_view help) {
    out_.append("# HELP ").append(name).append(1, ' ').append(help).append("\n# TYPE ");
    out_.append(name).append(1, ' ').append(type).append(1, '\n');
  }

  template <class Labels = std::initializer_list<label>>
  void sample(std::string_view name, std::string_view suffix, Labels const& labels, double value) {
    out_.append(name).append(suffix);
    char before = '{';
    for (auto const& [key, text] : labels) {
      out_ += before;
      before = ',';
      out_.append(key).append("=\"");
      append_label(text);
      out_ += '"';
    }
    if (before == ',') out_ += '}';
    out_ += ' ';
    append_number(out_, value);
    out_ += '\n';
  }

  static void append_number(std::string& out, double value) {
    if (std::isinf(value)) {
      out += value < 0 ? "-Inf" : "+Inf";
      return;
    }
    char digits[32];
    bool const whole = std::fabs(value) < 1e15 && std::trunc(value) == value;
    auto const end = whole ? std::to_chars(digits, digits + sizeof digits, static_cast<std::int64_t>(value))
                           : std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, end.ptr);
  }

private:
  void append_label(std::string_view text) {
    for (char c : text) {
      if (c == '\\' || c == '"') out_ += '\\';
      if (c == '\n')
        out_ += "\\n";
      else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f)
        out_ += '?';  // names of ours and of operators are ASCII; what is not must not spoil the page
      else
        out_ += c;
    }
  }

  std::string& out_;
};

}  // namespace mcpawl::detail
