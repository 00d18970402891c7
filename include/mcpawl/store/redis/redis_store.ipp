// mcpawl/store/redis/redis_store.ipp - how a store in a Redis server reads and writes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/redis/redis_bus.hpp>
#include <mcpawl/store/redis/redis_engine.hpp>
#include <mcpawl/store/redis/redis_entry.hpp>
#include <mcpawl/store/redis/redis_options.ipp>
#include <mcpawl/store/redis/redis_request.hpp>
#include <mcpawl/store/redis/redis_store.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

class redis_store::impl final : public redis_store {
public:
  impl(detail::redis_plan plan, clock const& time)
      : clock_(time),
        names_(plan.options.prefix),
        durable_(plan.options.durable),
        engine_(std::make_shared<detail::redis_engine>(std::move(plan))) {}
  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;
  // channels have it, too
  ~impl() override { engine_->close(); }

  detail::redis_refusal start() { return engine_->start(); }

  std::chrono::milliseconds clock_offset() const noexcept override { return engine_->clock_offset(); }

  task<result<std::optional<store_entry>>> get(std::string key) override {
    if (error_code const bad = detail::check_store_key(key)) co_return bad;
    words command;
    command.push_back("GET");
    command.push_back(names_.entry(key));
    auto const reply = co_await ask(script::none, std::move(command), repeat::harmless, durability::relaxed);
    if (!reply) co_return reply.error();
    co_return living(*reply);
  }

  task<result<store_version>> put(store_write write) override {
    auto const written = co_await store(std::move(write), "*", script::insert, repeat::never);
    if (!written) co_return written.error();
    if (!*written) co_return store_errc::io;
    co_return **written;
  }

  task<result<std::optional<store_version>>> compare_and_set(store_write write,
                                                             store_version expected) override {
    script const which = expected == store_absent ? script::insert : script::change;
    return store(std::move(write), detail::hex_number(expected), which, repeat::known);
  }

  task<result<std::optional<store_entry>>> take(std::string key, durability survives) override {
    if (error_code const bad = detail::check_store_key(key)) co_return bad;
    auto const reply = co_await remove(script::take, std::move(key), survives);
    if (!reply) co_return reply.error();
    std::optional<store_entry> taken;
    if (reply->is(kind::nil)) co_return taken;
    auto found = detail::read_redis_value(reply->text);
    if (!reply->is(kind::bulk) || !found) co_return store_errc::foreign;
    taken = std::move(found->entry);
    co_return taken;
  }

  task<result<std::size_t>> erase(std::string key, durability survives) override {
    if (error_code const bad = detail::check_store_key(key)) co_return bad;
    auto const reply = co_await remove(script::erase, std::move(key), survives);
    if (!reply) co_return reply.error();
    if (!reply->is(kind::integer)) co_return store_errc::foreign;
    co_return std::size_t{reply->number != 0};
  }

  task<result<store_page>> scan(std::string prefix, std::string after, std::size_t limit) override {
    std::string const group(detail::redis_group(prefix));
    store_page out;
    if (group.empty() || prefix.size() > max_store_key) co_return store_errc::bad_key;
    limit = std::clamp<std::size_t>(limit, 1, max_store_page);
    auto const end = detail::end_of_prefix(prefix);
    std::string const to = end ? "(" + *end : "+";
    std::string from = after < prefix ? "[" + prefix : "(" + after;
    std::size_t bytes = 0;
    for (;;) {
      words list;
      list.push_back("ZRANGEBYLEX");
      list.push_back(names_.index(group));
      list.push_back(from);
      list.push_back(to);
      list.push_back("LIMIT");
      list.push_back("0");
      list.push_back(std::to_string(limit + 1 - out.items.size()));
      auto keys = co_await ask(script::none, std::move(list), repeat::harmless, durability::relaxed);
      if (!keys) co_return keys.error();
      if (!keys->is(kind::array)) co_return store_errc::foreign;
      if (keys->items.empty()) co_return out;
      auto values = co_await ask(script::page, page_of(group, *keys), repeat::harmless, durability::relaxed);
      if (!values) co_return values.error();
      if (!values->is(kind::array) || values->items.empty() || values->items.size() > keys->items.size())
        co_return store_errc::foreign;
      unix_seconds const now = clock_.wall();
      for (std::size_t i = 0; i != values->items.size(); ++i) {
        auto& value = values->items[i];
        auto& key = keys->items[i].text;
        from = "(" + key;
        if (value.is(kind::nil)) continue;
        auto found = detail::read_redis_value(value.text);
        if (!found) co_return store_errc::foreign;
        if (!found->alive(now)) continue;
        if (out.items.size() == limit || bytes > max_store_page_bytes) {
          out.next = out.items.back().key;
          co_return out;
        }
        bytes += key.size() + found->entry.value.size();
        store_item item;
        item.key = std::move(key);
        item.entry = std::move(found->entry);
        out.items.push_back(std::move(item));
      }
    }
  }

  task<result<std::size_t>> purge(std::size_t) override {
    // the server deletes by itself
    co_return std::size_t{0};
  }

  std::unique_ptr<bus_channel> make_channel() override {
    return std::make_unique<detail::redis_bus>(engine_);
  }

private:
  using script = detail::redis_script;
  using repeat = detail::store_repeat;
  using kind = detail::redis_reply::kind;
  using words = std::vector<std::string>;

  task<result<std::optional<store_version>>> store(store_write write, std::string expected, script which,
                                                   repeat again) {
    if (error_code const bad = detail::check_store_write(write)) co_return bad;
    unix_seconds const now = clock_.wall();
    store_version const version = write.version();
    auto const lifetime = detail::redis_lifetime(write.expiry(), now);
    words given = keys_of(write.key());
    given.push_back(std::move(expected));
    given.push_back(detail::hex_number(version));
    given.push_back(detail::redis_seconds(now));
    given.push_back(detail::redis_value(version, write.expiry(), write.value()));
    given.push_back(lifetime ? std::to_string(*lifetime) : "0");
    given.push_back(write.key());
    auto const reply = co_await ask(which, std::move(given), again, write.wanted_durability());
    if (!reply) co_return reply.error();
    if (!reply->is(kind::integer)) co_return store_errc::foreign;
    std::optional<store_version> written;
    if (reply->number != 0) written = version;
    co_return written;
  }

  task<result<detail::redis_reply>> remove(script which, std::string key, durability survives) {
    words given = keys_of(key);
    given.push_back(detail::hex_number(detail::make_store_version()));
    given.push_back(detail::redis_seconds(clock_.wall()));
    given.push_back(std::move(key));
    return ask(which, std::move(given), repeat::known, survives);
  }

  /** The number of the keys of a script, and the keys. */
  words keys_of(std::string const& key) const {
    words out;
    auto const group = detail::redis_group(key);
    out.push_back(group.empty() ? "1" : "2");
    out.push_back(names_.entry(key));
    if (!group.empty()) out.push_back(names_.index(group));
    return out;
  }

  words page_of(std::string const& group, detail::redis_reply const& keys) const {
    words out;
    out.push_back(std::to_string(keys.items.size() + 1));
    out.push_back(names_.index(group));
    for (auto const& key : keys.items) out.push_back(names_.entry(key.text));
    out.push_back(std::to_string(max_store_page_bytes));
    for (auto const& key : keys.items) out.push_back(key.text);
    return out;
  }

  result<std::optional<store_entry>> living(detail::redis_reply const& reply) const {
    std::optional<store_entry> out;
    if (reply.is(kind::nil)) return out;
    auto found = detail::read_redis_value(reply.text);
    if (!reply.is(kind::bulk) || !found) return make_error_code(store_errc::foreign);
    if (found->alive(clock_.wall())) out = std::move(found->entry);
    return out;
  }

  task<result<detail::redis_reply>> ask(script which, words given, repeat again, durability survives) {
    bool const safe = durable_ && survives == durability::power_loss;
    auto const request = std::make_shared<detail::redis_request>(which, std::move(given), again, safe);
    if (error_code const refused = engine_->submit(request)) co_return refused;
    bool const done = co_await request->end()->wait();
    if (!done) co_return make_error_code(boost::asio::error::operation_aborted);
    co_return std::move(request->answer());
  }

  clock const& clock_;
  detail::redis_names const names_;
  bool const durable_;
  std::shared_ptr<detail::redis_engine> const engine_;
};

MCPAWL_DECL result<std::unique_ptr<redis_store>> redis_store::open(redis_options options, clock const& time,
                                                                   std::vector<std::string>* mistakes) {
  std::vector<std::string> unread;
  auto& sentences = mistakes != nullptr ? *mistakes : unread;
  detail::redis_mistakes wrong(sentences);
  detail::check_redis_options(options, wrong);
  detail::redis_plan plan;
  if (options.tls) {
    auto trust = options.authorities.empty() ? http::tls_trust::system()
                                             : http::tls_trust::from_pem(options.authorities);
    if (trust)
      plan.trust = std::move(*trust);
    else
      wrong.add(redis_errc::bad_trust, "the certificate authorities cannot be used");
  }
  if (wrong.first()) return wrong.first();
  plan.options = std::move(options);
  logger const log = plan.options.log;
  auto made = std::make_unique<impl>(std::move(plan), time);
  auto refused = made->start();
  if (!refused.code) return made;
  for (auto& each : refused.sentences) {
    log.error("redis_refused", {{"reason", each}});
    sentences.push_back(std::move(each));
  }
  return refused.code;
}

MCPAWL_DECL bool redis_store::takes_url(std::string_view url) noexcept {
  return url.starts_with("redis:") || url.starts_with("rediss:") || url.starts_with("redis+") ||
         url.starts_with("rediss+");
}

MCPAWL_DECL result<std::unique_ptr<redis_store>> redis_store::open_url(std::string_view url,
                                                                       clock const& time) {
  std::vector<std::string> mistakes;
  return open_url(url, time, mistakes);
}

MCPAWL_DECL result<std::unique_ptr<redis_store>> redis_store::open_url(std::string_view url,
                                                                       clock const& time,
                                                                       std::vector<std::string>& mistakes) {
  auto options = redis_options::parse(url, mistakes);
  if (!options) return options.error();
  return open(std::move(*options), time, &mistakes);
}

}  // namespace mcpawl
