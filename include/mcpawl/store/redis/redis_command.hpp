// mcpawl/store/redis/redis_command.hpp - a command as a Redis server reads it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>

#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Append a number and the end of a line. */
inline void append_redis_count(std::string& to, char mark, std::size_t count) {
  char digits[24];
  auto const end = std::to_chars(digits, digits + sizeof digits, count).ptr;
  to += mark;
  to.append(digits, static_cast<std::size_t>(end - digits)).append("\r\n");
}

/** Append one word of a command: any bytes. */
inline void append_redis_word(std::string& to, std::string_view word) {
  append_redis_count(to, '$', word.size());
  to.append(word).append("\r\n");
}

/** Append a command, an array of bulk strings (RESP 2). */
template <class Words>
void append_redis_command(std::string& to, Words const& words) {
  append_redis_count(to, '*', words.size());
  for (auto const& word : words) append_redis_word(to, word);
}
inline void append_redis_command(std::string& to, std::initializer_list<std::string_view> words) {
  append_redis_command<std::initializer_list<std::string_view>>(to, words);
}

}  // namespace mcpawl::detail
