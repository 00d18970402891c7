// mcpawl/store/redis/redis_scripts.hpp - what a Redis server does at one moment, in Lua
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Which script; `none` is a plain command. */
enum class redis_script : unsigned char { insert, change, take, erase, page, none };
inline constexpr std::size_t redis_script_count = 5;

/** Write an entry if it has the expected version.

    KEYS: the entry, and the index of its group if it has one. ARGV: the expected version, or `*` for any; the new version; now;
    header and value; the lifetime in ms, or 0 for ever; the key in the index. Returns 1, or 0 if the version is another.

    Sent twice it does the same as once: an entry of the new version has been written by it. Then a byte is written as it is, so that
    WAIT of this connection waits for it. What is written over a taken entry keeps the number of who took that.
*/
inline constexpr std::string_view redis_write_body =
    "local h=redis.call('GETRANGE',KEYS[1],0,66) "
    "local none='0000000000000000' local found=none local past=none "
    "if #h==67 then "
    "if h:sub(1,16)==ARGV[2] then redis.call('SETRANGE',KEYS[1],0,h:sub(1,1)) return 1 end "
    "past=h:sub(52,67) "
    "if h:sub(17,32)~=none then past=h:sub(17,32) elseif h:sub(33,51)>ARGV[3] then found=h:sub(1,16) end "
    "end "
    "if ARGV[1]~='*' and ARGV[1]~=found then return 0 end "
    "if ARGV[5]=='0' then redis.call('SET',KEYS[1],ARGV[4]) else redis.call('SET',KEYS[1],ARGV[4],'PX',ARGV[5]) end "
    "if past~=none then redis.call('SETRANGE',KEYS[1],51,past) end "
    "if KEYS[2] then "
    "local known=redis.call('EXISTS',KEYS[2])==1 "
    "redis.call('ZADD',KEYS[2],0,ARGV[6]) "
    // an index lives as long as its last entry
    "if ARGV[5]=='0' then redis.call('PERSIST',KEYS[2]) "
    "elseif known then redis.call('PEXPIRE',KEYS[2],ARGV[5],'GT') "
    "else redis.call('PEXPIRE',KEYS[2],ARGV[5]) end "
    "end "
    "return 1";

/** Let an entry be taken: it stays for a minute with the number of who took it, so that a repetition is known as one. One that comes
    when something else was written over it takes nothing.

    KEYS as above. ARGV: the number; now; the key in the index. Returns the whole string, or nil if there is none. `erase` returns 1 or 0.
*/
inline constexpr std::string_view redis_take_body =
    "local h=redis.call('GETRANGE',KEYS[1],0,66) "
    "if #h~=67 or h:sub(52,67)==ARGV[1] then return nothing end "
    "local t=h:sub(17,32) "
    "if t~=ARGV[1] and (t~='0000000000000000' or h:sub(33,51)<=ARGV[2]) then return nothing end "
    "redis.call('SETRANGE',KEYS[1],16,ARGV[1]) "
    "local left=redis.call('PTTL',KEYS[1]) "
    "if left<0 or left>60000 then redis.call('PEXPIRE',KEYS[1],60000) end "
    "if KEYS[2] then redis.call('ZREM',KEYS[2],ARGV[3]) end ";

/** Read entries of a group, and take those out of its index that are no more.

    KEYS: the index, then the entries. ARGV: how many bytes are enough; then the keys in the index. Returns an array with the string of
    each or nil, up to the one with which it is enough.
*/
inline constexpr std::string_view redis_page_body =
    "local out={} local bytes=0 local most=tonumber(ARGV[1]) "
    "for i=2,#KEYS do "
    "local v=redis.call('GET',KEYS[i]) "
    "out[#out+1]=v "
    "if v then bytes=bytes+#v else redis.call('ZREM',KEYS[1],ARGV[i]) end "
    "if bytes>most then break end "
    "end "
    "return out";

/** The text of a script. What can only change or remove an entry is allowed where the memory is full (`allow-oom`): a full store takes
    no more, but what is in it can be used. */
inline std::string redis_script_text(redis_script which) {
  std::string const in_any_case = "#!lua flags=allow-oom\n";
  switch (which) {
    case redis_script::insert: return std::string(redis_write_body);
    case redis_script::change: return in_any_case + std::string(redis_write_body);
    case redis_script::take:
      return (in_any_case + "local nothing=false ")
          .append(redis_take_body)
          .append("return redis.call('GET',KEYS[1])");
    case redis_script::erase:
      return (in_any_case + "local nothing=0 ").append(redis_take_body).append("return 1");
    case redis_script::page: return in_any_case + std::string(redis_page_body);
    case redis_script::none: break;
  }
  return {};
}

/** All texts, made once. */
inline std::array<std::string, redis_script_count> const& redis_script_texts() {
  static auto const all = [] {
    std::array<std::string, redis_script_count> made;
    for (std::size_t i = 0; i != made.size(); ++i) made[i] = redis_script_text(static_cast<redis_script>(i));
    return made;
  }();
  return all;
}

}  // namespace mcpawl::detail
