// examples/shared/drawing.hpp - small PNG pictures of a text or of numbers, by libgd and its built-in fonts
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gd.h>
#include <gdfontg.h>
#include <gdfontmb.h>
#include <gdfonts.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace examples {

/** A picture in the making; it never reads or writes a file.

    What it does not do: draw letters outside ASCII, which the fonts have none of; they become `?`.

    @par Thread safety
    Several threads may draw at once, each on a picture of its own.
*/
class drawing {
public:
  /** @param width, height in pixels, at least 16 each */
  drawing(int width, int height) : image_(gdImageCreateTrueColor(width, height), &gdImageDestroy) {
    if (!image_) throw std::bad_alloc();
    gdImageFilledRectangle(image_.get(), 0, 0, width - 1, height - 1, paper);
  }

  /** Write a text in the largest font in which all of it fits between two heights; cut it if none does. */
  void write(std::string_view utf8, int top, int bottom) {
    std::string const text = plain(utf8);
    for (gdFontPtr font : {gdFontGetGiant(), gdFontGetMediumBold(), gdFontGetSmall()}) {
      auto const columns = static_cast<std::size_t>(std::max(1, (width() - 2 * margin) / font->w));
      auto const rows = static_cast<std::size_t>(std::max(1, (bottom - top) / font->h));
      std::vector<std::string> lines = wrap(text, columns);
      if (lines.size() > rows && font != gdFontGetSmall()) continue;
      if (lines.size() > rows) cut(lines, rows, columns);
      int y = top + std::max(0, (bottom - top - static_cast<int>(lines.size()) * font->h) / 2);
      for (std::string& line : lines) {
        int const x = (width() - static_cast<int>(line.size()) * font->w) / 2;
        gdImageString(image_.get(), font, x, y, reinterpret_cast<unsigned char*>(line.data()), ink);
        y += font->h;
      }
      return;
    }
  }

  /** Draw one bar for each number between two heights, from zero upwards or downwards. */
  void bars(std::vector<double> const& numbers, int top, int bottom) {
    if (numbers.empty()) return;
    double largest = 0;
    for (double number : numbers) largest = std::max(largest, std::fabs(number));
    double const unit = largest > 0 ? largest : 1;  // dividing first keeps the sums below finite
    double high = 0, low = 0;
    for (double number : numbers) {
      high = std::max(high, number / unit);
      low = std::min(low, number / unit);
    }
    double const range = high > low ? high - low : 1;
    auto const y_of = [&](double value) {
      return top + static_cast<int>(std::lround((high - value) / range * (bottom - top)));
    };
    double const step = static_cast<double>(width() - 2 * margin) / static_cast<double>(numbers.size());
    double left = margin;
    for (double number : numbers) {
      int const from = static_cast<int>(left);
      int const to = std::max(from, static_cast<int>(left + step * 0.8) - 1);
      int const end = y_of(number / unit);
      gdImageFilledRectangle(image_.get(), from, std::min(end, y_of(0)), to, std::max(end, y_of(0)), colour);
      label(number, from, static_cast<int>(step), std::min(end, y_of(0)) + 2);
      left += step;
    }
    gdImageLine(image_.get(), margin, y_of(0), width() - margin, y_of(0), ink);
  }

  /** The picture as the bytes of a PNG file. */
  std::string png() const {
    int size = 0;
    std::unique_ptr<void, void (*)(void*)> const bytes(gdImagePngPtr(image_.get(), &size), &gdFree);
    if (!bytes) throw std::bad_alloc();
    return std::string(static_cast<char const*>(bytes.get()), static_cast<std::size_t>(size));
  }

private:
  static constexpr int paper = 0xFFFDF7, ink = 0x26303B, colour = 0xF0A35E;
  static constexpr int margin = 8;

  int width() const { return gdImageSX(image_.get()); }

  void label(double number, int x, int room, int y) {
    char text[32];
    int const size = std::snprintf(text, sizeof text, "%.4g", number);
    gdFontPtr const font = gdFontGetSmall();
    if (size * font->w > room) return;
    gdImageString(image_.get(), font, x + 1, y, reinterpret_cast<unsigned char*>(text), ink);
  }

  /** One ASCII character for each character of UTF-8. */
  static std::string plain(std::string_view utf8) {
    std::string out;
    for (char c : utf8) {
      auto const byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7f)
        out += ' ';
      else if (byte < 0x80)
        out += c;
      else if (byte >= 0xc0)
        out += '?';
    }
    return out;
  }

  static std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
    std::vector<std::string> lines;
    while (true) {
      text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
      if (text.empty()) return lines;
      std::size_t end = text.size();
      if (end > columns) {
        end = text.rfind(' ', columns);
        if (end == 0 || end == std::string_view::npos) end = columns;
      }
      lines.emplace_back(text.substr(0, end));
      text.remove_prefix(end);
    }
  }

  static void cut(std::vector<std::string>& lines, std::size_t rows, std::size_t columns) {
    lines.resize(rows);
    std::string& last = lines.back();
    last.resize(std::min(last.size(), columns > 3 ? columns - 3 : 0));
    last += "...";
  }

  std::unique_ptr<gdImage, void (*)(gdImage*)> image_;
};

}  // namespace examples
