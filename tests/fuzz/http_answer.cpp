// tests/fuzz/http_answer.cpp - a response of another server means the same however it is cut, and stays within its bounds
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/answer_reader.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace http_answer {

constexpr std::size_t max_header = 512, max_body = 64;

struct outcome {
  bool failed = false, done = false, open = false;
  mcpawl::http::fetch_response answer;
};

/** Read a text in pieces of a size, then its end. */
inline outcome read(std::string_view text, std::size_t piece) {
  mcpawl::http::detail::answer_reader reader(false, max_header, max_body);
  outcome out;
  while (!text.empty() && !out.failed) {
    std::string_view const next = text.substr(0, piece);
    text.remove_prefix(next.size());
    out.failed = reader.put(next).has_value();
  }
  if (!out.failed) {
    out.open = reader.leaves_connection_open();
    out.failed = reader.end().has_value();
  }
  out.done = !out.failed && reader.done();
  out.answer = reader.take();
  return out;
}

}  // namespace http_answer

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace http_answer;
  if (size == 0) return 0;
  std::string_view const text(reinterpret_cast<char const*>(data) + 1, size - 1);
  outcome const whole = read(text, text.size() + 1), cut = read(text, 1 + data[0] % 16u);
  if (whole.done != cut.done) std::abort();
  if (!whole.done) return 0;
  if (whole.open != cut.open || whole.answer.status != cut.answer.status ||
      whole.answer.body != cut.answer.body || whole.answer.fields.size() != cut.answer.fields.size())
    std::abort();
  if (whole.answer.body.size() > max_body || whole.answer.status < 200 || whole.answer.status > 999)
    std::abort();
  return 0;
}
