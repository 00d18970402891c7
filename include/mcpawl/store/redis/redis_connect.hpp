// mcpawl/store/redis/redis_connect.hpp - from options to a connection that is ready for a store
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/share_of_time.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/store/redis/redis_command.hpp>
#include <mcpawl/store/redis/redis_errc.hpp>
#include <mcpawl/store/redis/redis_info.hpp>
#include <mcpawl/store/redis/redis_options.hpp>
#include <mcpawl/store/redis/redis_reply.hpp>
#include <mcpawl/store/redis/redis_scripts.hpp>
#include <mcpawl/store/redis/redis_slots.hpp>
#include <mcpawl/store/redis/redis_stream.hpp>
#include <mcpawl/text/number_text.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What every connection of a store is made by. */
struct redis_plan {
  redis_options options;
  std::optional<http::tls_trust> trust;  ///< Without TLS unset.

  http::tls_trust const* trusted() const noexcept { return trust ? &*trust : nullptr; }
};

/** A connection that is logged in, to a server that is fit. */
struct redis_session {
  std::unique_ptr<redis_stream> stream;
  std::array<std::string, redis_script_count> scripts;  ///< How the server calls them.
  redis_fitness fitness;
  std::chrono::milliseconds clock_offset{0};  ///< The server's clock minus ours.
};

/** Why there is none, in words for the log: no password is in them. */
struct redis_refusal {
  error_code code;
  std::vector<std::string> sentences;
};

inline void append_redis_login(std::string& to, std::string const& user, secret const& password) {
  if (password.empty()) return;
  // without a name a server that has no password says so
  if (user.empty())
    append_redis_command(to, {"AUTH", password.reveal()});
  else
    append_redis_command(to, {"AUTH", user, password.reveal()});
}

/** What an error at the start means. */
inline redis_errc judge_redis_start(redis_reply const& reply) {
  auto const word = reply.error_word();
  if (word == "NOAUTH" || word == "WRONGPASS") return redis_errc::login_refused;
  if (word == "NOPERM") return redis_errc::not_allowed;
  if (word == "LOADING") return redis_errc::loading;
  if (word == "MASTERDOWN" || word == "READONLY") return redis_errc::replica;
  // of a server that has no password, and gets one
  if (reply.text.starts_with("ERR AUTH") || reply.text.find("without any password") != std::string::npos)
    return redis_errc::login_refused;
  return redis_errc::refused;
}

/** Make a connection for one question.

    @par Errors
    Those of the connection; an error of the server is an answer. */
inline task<result<redis_reply>> ask_redis_once(redis_plan const& plan, redis_host where, std::string user,
                                                secret const& password, std::vector<std::string> question,
                                                std::chrono::steady_clock::time_point deadline) {
  auto stream = co_await redis_stream::open(where, plan.trusted(), deadline);
  if (!stream) co_return stream.error();
  std::string commands;
  commands.reserve(std::size_t{8} * 1024);  // a text that grows leaves copies of the password behind
  append_redis_login(commands, user, password);
  append_redis_command(commands, question);
  std::size_t const count = password.empty() ? 1 : 2;
  auto replies = co_await redis_stream::ask(**stream, std::move(commands), count, deadline);
  if (!replies) co_return replies.error();
  co_return std::move(replies->back());
}

/** Ask the Sentinels, one after the other, who is the primary.

    @par Errors
    Those of the last one; `redis_errc::not_found` if it does not know the name. */
inline task<result<redis_host>> ask_sentinels(redis_plan const& plan,
                                              std::chrono::steady_clock::time_point deadline) {
  result<redis_host> out = make_error_code(redis_errc::not_found);
  auto const& hosts = plan.options.hosts;
  std::vector<std::string> const question{"SENTINEL", "GET-MASTER-ADDR-BY-NAME", plan.options.primary};
  std::string const nobody;
  for (std::size_t i = 0; i != hosts.size(); ++i) {
    auto const until = std::chrono::steady_clock::now() + share_of_time(deadline, hosts.size() - i);
    auto const answer =
        co_await ask_redis_once(plan, hosts[i], nobody, plan.options.sentinel_password, question, until);
    if (!answer) {
      out = answer.error();
      continue;
    }
    if (answer->failed()) out = make_error_code(judge_redis_start(*answer));
    if (!answer->is(redis_reply::kind::array) || answer->items.size() != 2) continue;
    redis_host found;
    found.name = answer->items[0].text;
    if (!read_number(answer->items[1].text, found.port) || found.name.empty() || found.port == 0) continue;
    co_return found;
  }
  co_return out;
}

/** What the beginning of a connection asks, and what each answer means. */
class redis_greeting {
public:
  explicit redis_greeting(redis_options const& options) : options_(options) {
    text_.reserve(std::size_t{32} * 1024);  // a text that grows leaves copies of the password behind
    append_redis_login(text_, options.user, options.password);
    if (!options.password.empty()) ++count_;
    if (options.database != 0) {
      append_redis_command(text_, {"SELECT", std::to_string(options.database)});
      ++count_;
    }
    append_redis_command(text_, {"INFO"});
    append_redis_command(text_, {"CONFIG", "GET", "appendfsync"});
    append_redis_command(text_, {"TIME"});
    count_ += 3;
    for (auto const& each : redis_script_texts()) append_redis_command(text_, {"SCRIPT", "LOAD", each});
    count_ += redis_script_count;
    // whether the user may use what writes will wait with, where the server has it
    if (options.durable) append_redis_command(text_, {"WAITAOF", "0", "0", "0"});
    if (options.replicas != 0) append_redis_command(text_, {"WAIT", "0", "0"});
    count_ += std::size_t{options.durable} + std::size_t{options.replicas != 0};
  }
  ~redis_greeting() { wipe(text_.data(), text_.size()); }
  redis_greeting(redis_greeting const&) = delete;
  redis_greeting& operator=(redis_greeting const&) = delete;

  std::string take() noexcept { return std::move(text_); }
  std::size_t count() const noexcept { return count_; }

  /** Look at all answers.

      @param asked, answered  by our clock, in between of which TIME was answered */
  void read(std::vector<redis_reply> const& replies, std::chrono::system_clock::time_point asked,
            std::chrono::system_clock::time_point answered, redis_session& to, redis_refusal& wrong) const {
    std::size_t at = 0;
    if (!options_.password.empty() && failed(replies[at++], "AUTH", wrong)) return;
    if (options_.database != 0 && failed(replies[at++], "SELECT", wrong)) return;
    auto const& info = replies[at++];
    auto const& flushing = replies[at++];
    auto const& time = replies[at++];
    if (failed(info, "INFO", wrong)) return;
    std::optional<std::string> flush;
    if (flushing.is(redis_reply::kind::array) && flushing.items.size() == 2) flush = flushing.items[1].text;
    to.fitness =
        judge_redis(redis_info(info.text), options_.durable, options_.replicas, flush, options_.cluster);
    for (auto const& each : to.fitness.wrong) note(wrong, each.code, each.sentence);
    if (!wrong.sentences.empty()) return;
    for (auto& name : to.scripts) {
      auto const& answer = replies[at++];
      if (failed(answer, "SCRIPT LOAD", wrong)) return;
      if (answer.text.size() != 40)
        return note(wrong, redis_errc::no_redis, "the answer to SCRIPT LOAD is none of Redis");
      name = answer.text;
    }
    if (options_.durable) {
      auto const& answer = replies[at++];
      if (to.fitness.wait_for_log && failed(answer, "WAITAOF", wrong)) return;
    }
    if (options_.replicas != 0 && failed(replies[at++], "WAIT", wrong)) return;
    to.clock_offset = offset(time, asked, answered);
  }

  static std::chrono::milliseconds offset(redis_reply const& time,
                                          std::chrono::system_clock::time_point asked,
                                          std::chrono::system_clock::time_point answered) {
    std::int64_t seconds = 0, micros = 0;
    if (time.items.size() != 2 || !number(time.items[0].text, seconds) || !number(time.items[1].text, micros))
      return std::chrono::milliseconds{0};
    constexpr std::int64_t sane = 100'000'000'000;
    if (seconds < 0 || seconds > sane || micros < 0 || micros > 999'999) return std::chrono::milliseconds{0};
    auto const ours = asked.time_since_epoch() + (answered - asked) / 2;
    auto const theirs = std::chrono::seconds{seconds} + std::chrono::microseconds{micros};
    return std::chrono::duration_cast<std::chrono::milliseconds>(theirs - ours);
  }

private:
  static bool number(std::string const& text, std::int64_t& to) noexcept {
    return std::from_chars(text.data(), text.data() + text.size(), to).ec == std::errc{};
  }
  static void note(redis_refusal& wrong, redis_errc code, std::string sentence) {
    if (!wrong.code) wrong.code = code;
    wrong.sentences.push_back(std::move(sentence));
  }
  static bool failed(redis_reply const& reply, std::string const& command, redis_refusal& wrong) {
    if (!reply.failed()) return false;
    redis_errc const code = judge_redis_start(reply);
    // the word alone: the rest of an error may quote what was sent
    note(wrong, code,
         make_error_code(code).message() + ": " + command + " was answered " +
             std::string(reply.error_word().substr(0, 32)));
    return true;
  }

  redis_options const& options_;
  std::string text_;
  std::size_t count_ = 0;
};

/** Ask the servers of a Cluster, one after the other, who has which slots.

    @param hosts  not empty

    @par Errors
    Those of the last one; `redis_errc::cluster` if it is in none, or not all slots have a primary; `plain_text`. */
inline task<result<std::vector<redis_slot_range>>> ask_cluster(
    redis_plan const& plan, std::vector<redis_host> hosts, std::chrono::steady_clock::time_point deadline) {
  result<std::vector<redis_slot_range>> out = make_error_code(redis_errc::cluster);
  std::vector<std::string> const question{"CLUSTER", "SLOTS"};
  for (std::size_t i = 0; i != hosts.size(); ++i) {
    auto const until = std::chrono::steady_clock::now() + share_of_time(deadline, hosts.size() - i);
    auto const answer =
        co_await ask_redis_once(plan, hosts[i], plan.options.user, plan.options.password, question, until);
    if (!answer) {
      out = answer.error();
      continue;
    }
    if (answer->failed()) {
      bool const alone = answer->text.find("cluster support disabled") != std::string::npos;
      out = make_error_code(alone ? redis_errc::cluster : judge_redis_start(*answer));
      continue;
    }
    out = read_redis_slots(*answer, hosts[i]);
    if (!out) continue;
    for (auto const& each : *out)
      if (!may_talk_to(plan.options, each.primary)) out = make_error_code(redis_errc::plain_text);
    co_return out;
  }
  co_return out;
}

/** Make a connection to a server and see whether it is fit.

    @par Errors
    `wrong` says what is wrong, and the pointer of the stream is null then. */
inline task<redis_session> connect_redis_at(redis_plan const& plan, redis_host host,
                                            std::chrono::steady_clock::time_point deadline,
                                            redis_refusal& wrong) {
  redis_session out;
  auto stream = co_await redis_stream::open(host, plan.trusted(), deadline);
  if (!stream) {
    wrong.code = stream.error();
    wrong.sentences.push_back(stream.error().message());
    co_return out;
  }
  redis_greeting greeting(plan.options);
  auto const asked = std::chrono::system_clock::now();
  auto const replies = co_await redis_stream::ask(**stream, greeting.take(), greeting.count(), deadline);
  if (!replies) {
    wrong.code = replies.error();
    wrong.sentences.push_back(replies.error().message());
    co_return out;
  }
  greeting.read(*replies, asked, std::chrono::system_clock::now(), out, wrong);
  if (wrong.sentences.empty()) out.stream = std::move(*stream);
  co_return out;
}

/** The same to the server of a plan, or to the first of a Cluster that is fit. */
inline task<redis_session> connect_redis(redis_plan const& plan,
                                         std::chrono::steady_clock::time_point deadline,
                                         redis_refusal& wrong) {
  auto hosts = plan.options.hosts;
  if (!plan.options.primary.empty()) {
    auto const found = co_await ask_sentinels(plan, deadline);
    if (!found) {
      wrong.code = found.error();
      wrong.sentences.push_back("no Sentinel tells the primary: " + found.error().message());
      co_return redis_session();
    }
    hosts = {*found};
  }
  redis_session out;
  for (std::size_t i = 0; i != hosts.size() && !out.stream; ++i) {
    auto const until = std::chrono::steady_clock::now() + share_of_time(deadline, hosts.size() - i);
    wrong = redis_refusal();
    out = co_await connect_redis_at(plan, hosts[i], until, wrong);
  }
  co_return out;
}

}  // namespace mcpawl::detail
