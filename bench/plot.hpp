// bench/plot.hpp - results as bars, in an SVG that is readable on light and dark pages
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "results.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/** Draw the CPU time of each benchmark on a logarithmic axis; false if the file cannot be written. */
inline bool plot(results const& of, std::string const& path, std::string_view title) {
  struct bar {
    std::string name;
    double ns;
  };
  std::vector<bar> bars;
  double longest = 100;
  for (std::string const& name : of.names()) {
    auto const ns = of.get(name).ns;
    if (ns) bars.push_back({name, *ns});
    if (ns) longest = std::max(longest, *ns);
  }
  constexpr int left = 190, width = 560, top = 48, row = 24, margin = 90;
  int const bottom = top + row * static_cast<int>(bars.size());
  double const decades = std::ceil(std::log10(longest));
  auto const x_of = [&](double ns) { return left + width * std::log10(std::max(ns, 1.0)) / decades; };

  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return false;
  std::fprintf(file,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
               "font-size=\"13\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
               "<text x=\"12\" y=\"24\" font-size=\"16\">%.*s</text>\n",
               left + width + margin, bottom + 34, static_cast<int>(title.size()), title.data());
  for (int decade = 0; decade <= static_cast<int>(decades); ++decade) {
    static constexpr char const* units[] = {"1 ns",  "10 ns",  "100 ns", "1 us",
                                            "10 us", "100 us", "1 ms",   "10 ms"};
    double const x = x_of(std::pow(10.0, decade));
    std::fprintf(file,
                 "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#ddd\"/>"
                 "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#666\">%s</text>\n",
                 x, top - 6, x, bottom, x, bottom + 18, decade < 8 ? units[decade] : "");
  }
  int y = top;
  for (bar const& b : bars) {
    char const* const colour = b.name.rfind("raw/", 0) == 0      ? "#8a8f98"
                               : b.name.rfind("peer/", 0) == 0   ? "#d08a3c"
                               : b.name.rfind("reject/", 0) == 0 ? "#7fb2a2"
                                                                 : "#2f6fb3";
    bool const small = b.ns < 1000;
    std::fprintf(file,
                 "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                 "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>"
                 "<text x=\"%.1f\" y=\"%d\" fill=\"#333\">%.*f %s</text>\n",
                 left - 8, y + 16, b.name.c_str(), left, y + 3, x_of(b.ns) - left, row - 7, colour,
                 x_of(b.ns) + 6, y + 16, small ? 0 : 2, small ? b.ns : b.ns / 1000, small ? "ns" : "us");
    y += row;
  }
  std::fprintf(file, "</svg>\n");
  return std::fclose(file) == 0;
}

}  // namespace bench
