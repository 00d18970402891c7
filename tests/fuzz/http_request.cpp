// tests/fuzz/http_request.cpp - a request read in any pieces gives one result and throws nothing
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/body_reader.hpp>
#include <mcpawl/http/head_scanner.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
using namespace mcpawl::http::detail;
static std::string read(std::string_view bytes, std::size_t piece) {
  auto const receive = [&](boost::asio::mutable_buffer room) {
    std::size_t const n = bytes.copy(static_cast<char*>(room.data()), std::min(piece, room.size()));
    return bytes.remove_prefix(n), n;
  };
  receive_buffer in;
  head_scanner scanner;
  request_parser parser;
  in.reserve(bytes.size() + body_reader::chunk_room);  // no request outgrows it, so its size decides nothing
  auto step = head_scanner::step::need_more;
  for (; step == head_scanner::step::need_more && !bytes.empty(); step = scanner.scan(in.bytes()))
    in.commit(receive(in.room()));
  if (step != head_scanner::step::complete) return std::to_string(static_cast<int>(step));
  auto const head = in.bytes().substr(scanner.begin(), scanner.end() - scanner.begin());
  if (parser.parse_head(head, {})) return "refused";
  std::string storage;
  body_reader body(in, parser, storage, scanner.end());
  for (body.begin(1 << 16); body.wants_more() && !bytes.empty();) body.received(receive(body.room()));
  // whether the torn end of a body is wrong or just short may be known earlier or later
  if (!body.complete() || body.error()) return "no body";
  return std::string(parser.head().target()) + std::string(body.view());
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  std::string const whole = read(bytes, size + 1);
  if (read(bytes, 1) != whole || read(bytes, 7) != whole) std::abort();
  return 0;
}
