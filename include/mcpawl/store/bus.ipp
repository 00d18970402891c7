// mcpawl/store/bus.ipp - the bodies of bus.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/store/bus.hpp>
#include <mcpawl/store/bus_frame.hpp>
#include <mcpawl/store/bus_senders.hpp>
#include <mcpawl/store/entry.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl::detail {

class bus::impl final : private bus_receiver {
public:
  impl(std::unique_ptr<bus_channel> channel, sealer seal, std::string scope, clock const& time, logger log)
      : self_(make_store_version()),
        scope_("mcpawl bus 1:" + std::move(scope)),
        label_(bus_frame::label_of(scope_)),
        clock_(&time),
        log_(std::move(log)),
        sending_(seal),
        receiving_(std::move(seal)),
        channel_(std::move(channel)) {
    channel_->listen(self_, *this);
    boost::asio::co_spawn(context_, send_all(), [](std::exception_ptr) {});
    thread_ = std::thread([this] { context_.run(); });
  }
  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;
  ~impl() {
    closing_ = true;
    wake_->notify();
    thread_.join();
    channel_->close();
    for (auto const& each : waiting_) each.finish(false);
  }

  void listen(std::weak_ptr<bus_listener> listener) {
    std::lock_guard const lock(listeners_mutex_);
    std::erase_if(listeners_, [](auto const& each) { return each.expired(); });
    listeners_.push_back(std::move(listener));
  }

  /** Somebody who waits until a message is on its way. */
  struct receipt {
    std::shared_ptr<async_event> over = std::make_shared<async_event>();
    std::atomic<bool> sent = false, ended = false;
  };

  void tell(char topic, std::string_view text, std::shared_ptr<receipt> to) {
    outgoing message{{topic, std::string(text)}, std::move(to)};
    bool taken = false;
    {
      std::lock_guard const lock(mutex_);
      taken = !closing_ && text.size() <= max_text && waiting_.size() < max_queued;
      if (taken)
        waiting_.push_back(std::move(message));
      else
        dropped_ = true;
    }
    if (taken)
      wake_->notify();
    else
      message.finish(false);
  }

  bool hears() const noexcept {
    auto const now = std::chrono::steady_clock::now().time_since_epoch();
    return connected_ && now - std::chrono::nanoseconds(echo_.load()) < deaf_after;
  }

private:
  struct outgoing {
    bus_frame::message what;
    std::shared_ptr<receipt> to;  // null if nobody waits

    void finish(bool sent) const {
      if (!to) return;
      to->sent = sent;
      to->ended = true;
      to->over->notify();
    }
  };

  // --- sending, on the thread of the bus -----------------------------------------------------------------------

  task<> send_all() {
    while (!closing_) {
      std::vector<outgoing> now = next_messages();
      bool const sent = co_await send(now);
      for (auto const& each : now) each.finish(sent);
      bool const more = !now.empty() && sent;
      if (!more) co_await wake_->wait(heartbeat);
    }
  }

  /** What goes out together. */
  std::vector<outgoing> next_messages() {
    std::vector<outgoing> out;
    std::size_t size = bus_frame::head_size;
    std::lock_guard const lock(mutex_);
    // whoever hears the next frame misses one
    if (std::exchange(dropped_, false)) ++number_;
    while (!waiting_.empty()) {
      size += bus_frame::message_head_size + waiting_.front().what.text.size();
      if (size > bus_frame::max_size) break;
      out.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    return out;
  }

  /** Send a frame; where that fails, others see by the next number that they have missed it. */
  task<bool> send(std::vector<outgoing> const& messages) {
    bus_frame frame{self_, ++number_, clock_->wall()};
    for (auto const& each : messages) frame.messages.push_back(each.what);
    std::string labelled = label_ + sending_.seal(frame.bytes(), scope_);
    auto const done = co_await channel_->publish(0, std::move(labelled));
    if (!done && !messages.empty())
      log_.write_limited(log_level::warning, "bus_message_lost", {{"reason", done.error().message()}});
    co_return done.has_value();
  }

  // --- receiving, on the threads of the channel ---------------------------------------------------------------

  void on_message(std::string_view message) override {
    if (!message.starts_with(label_)) return;  // of another server that shares the engine
    auto const plain = receiving_.open(message.substr(label_.size()), scope_);
    auto const frame = plain ? bus_frame::parse(*plain) : std::nullopt;
    auto const now = clock_->wall();
    if (!frame) return refuse("it is not sealed by a key of this server");
    if (frame->sent + max_age.count() < now || now + max_age.count() < frame->sent)
      return refuse("it is over a minute old, or the clocks of the instances differ");
    bool const settled = std::chrono::steady_clock::now() - connected_at_ > deaf_after;
    auto const news = senders_.hear(frame->sender, frame->number, now, settled);
    if (news == bus_senders::news::repeated) return;
    if (frame->sender == self_) {
      auto const heard = std::chrono::steady_clock::now().time_since_epoch();
      echo_ = std::chrono::duration_cast<std::chrono::nanoseconds>(heard).count();
      return;
    }
    for (auto const& each : listeners()) {
      if (news == bus_senders::news::gap) each->missed();
      for (auto const& message_in : frame->messages) each->heard(message_in.topic, message_in.text);
    }
  }
  void on_connected() override {
    connected_at_ = std::chrono::steady_clock::now();
    connected_ = true;
    for (auto const& each : listeners()) each->missed();
  }
  void on_disconnected() override { connected_ = false; }

  void refuse(std::string_view why) {
    log_.write_limited(log_level::warning, "bus_message_refused", {{"reason", why}});
  }

  std::vector<std::shared_ptr<bus_listener>> listeners() {
    std::vector<std::shared_ptr<bus_listener>> out;
    std::lock_guard const lock(listeners_mutex_);
    for (auto const& each : listeners_)
      if (auto alive = each.lock()) out.push_back(std::move(alive));
    return out;
  }

  instance_id const self_;
  std::string const scope_, label_;
  clock const* clock_;
  logger log_;
  sealer sending_, receiving_;
  bus_senders senders_;
  std::uint64_t number_ = 0;
  std::atomic<bool> connected_ = false, closing_ = false;
  std::chrono::steady_clock::time_point connected_at_;  // of the threads that receive
  std::atomic<std::int64_t> echo_ = 0;  // when it heard itself last, in nanoseconds of the steady clock
  std::shared_ptr<async_event> wake_ = std::make_shared<async_event>();
  std::mutex mutex_;
  std::deque<outgoing> waiting_;
  bool dropped_ = false;
  std::mutex listeners_mutex_;
  std::vector<std::weak_ptr<bus_listener>> listeners_;
  std::unique_ptr<bus_channel> channel_;
  boost::asio::io_context context_{1};
  std::thread thread_;
};

MCPAWL_DECL bus::bus(std::unique_ptr<bus_channel> channel, sealer seal, std::string scope, clock const& time,
                     logger log)
    : impl_(std::make_unique<impl>(std::move(channel), std::move(seal), std::move(scope), time,
                                   std::move(log))) {}
MCPAWL_DECL bus::~bus() = default;

MCPAWL_DECL void bus::listen(std::weak_ptr<bus_listener> listener) { impl_->listen(std::move(listener)); }

MCPAWL_DECL void bus::tell(char topic, std::string_view text) { impl_->tell(topic, text, nullptr); }

MCPAWL_DECL task<bool> bus::told(char topic, std::string_view text) {
  auto const receipt = std::make_shared<impl::receipt>();
  impl_->tell(topic, text, receipt);
  auto const deadline = std::chrono::steady_clock::now() + patience;
  bool in_time = true;
  while (in_time && !receipt->ended) in_time = co_await receipt->over->wait_until(deadline);
  co_return receipt->ended && receipt->sent;
}

MCPAWL_DECL bool bus::hears() const noexcept { return impl_->hears(); }

}  // namespace mcpawl::detail
