// mcpawl/transport/reloader.hpp - reads anew what may change while a server runs
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/http/tls_server.hpp>
#include <mcpawl/http/tls_slot.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/listener_setup.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A policy that is told to read anew, and what the log calls it. */
struct reloaded_policy {
  erased_policy const* policy;
  std::string name;
};

/** The certificates of listeners, what policies have, and the files of logs. What cannot be read stays as it was.

    @par Lifetime
    What it is made of must outlive it.
    @par Thread safety
    Any thread. */
class reloader {
public:
  /** @param observed  null where nobody observes */
  reloader(std::vector<std::unique_ptr<listener_setup>> const& listeners,
           std::vector<reloaded_policy> policies, observation const* observed, logger const& log)
      : listeners_(listeners), policies_(std::move(policies)), observed_(observed), log_(log) {}

  /** Whether there is anything to read anew. */
  bool useful() const {
    bool const policies = std::any_of(policies_.begin(), policies_.end(),
                                      [](reloaded_policy const& each) { return each.policy->reloads(); });
    return has_certificates() || policies || has_log_files();
  }

  /** Read everything anew; what is wrong, in sentences. */
  std::vector<std::string> reload() {
    auto wrong = reopen_log_files();
    append(wrong, reload_policies());
    if (!has_certificates()) return wrong;
    auto errors = read_certificates();
    note_certificates(errors.all);
    append(wrong, std::move(errors.all));
    return wrong;
  }

  /** The same with patience: who renews a certificate writes two files, one after the other. */
  task<std::vector<std::string>> reload_patiently(boost::asio::any_io_executor executor) {
    std::vector<std::string> wrong = reopen_log_files();
    append(wrong, reload_policies());
    if (!has_certificates()) co_return wrong;
    auto errors = read_certificates();
    for (int i = 0; errors.mismatch && i != 10; ++i) {
      co_await http::detail::pause_for(executor, std::chrono::milliseconds{500});
      errors = read_certificates();
    }
    note_certificates(errors.all);
    append(wrong, std::move(errors.all));
    co_return wrong;
  }

private:
  static void append(std::vector<std::string>& to, std::vector<std::string> more) {
    for (auto& each : more) to.push_back(std::move(each));
  }

  bool has_certificates() const {
    return std::any_of(listeners_.begin(), listeners_.end(),
                       [](auto const& each) { return each->rules.tls != nullptr; });
  }
  bool has_log_files() const {
    if (observed_ == nullptr) return false;
    auto const& all = observed_->observers();
    return std::any_of(all.begin(), all.end(), [](observer const* each) { return each->reopens(); });
  }

  /** Read all certificates again; each listener whose files are good uses the new ones. */
  http::detail::tls_errors read_certificates() {
    std::lock_guard const lock(reading_);
    http::detail::tls_errors all;
    for (auto const& each : listeners_) {
      if (!each->rules.tls) continue;
      auto errors = each->rules.tls->reload();
      append(all.all, std::move(errors.all));
      all.mismatch = all.mismatch || errors.mismatch;
    }
    return all;
  }

  void note_certificates(std::vector<std::string> const& errors) const {
    if (errors.empty()) log_.info("certificates_reloaded");
    for (auto const& wrong : errors) log_.error("certificates_not_reloaded", {{"reason", wrong}});
    tell("certificates", errors);
  }

  std::vector<std::string> reload_policies() const {
    std::vector<std::string> all;
    for (auto const& [policy, name] : policies_) {
      if (!policy->reloads()) continue;
      auto errors = policy->reload();
      if (errors.empty()) log_.info("policy_reloaded", {{"policy", name}});
      for (auto const& wrong : errors)
        log_.error("policy_not_reloaded", {{"policy", name}, {"reason", wrong}});
      tell("policy", errors);
      append(all, std::move(errors));
    }
    return all;
  }

  std::vector<std::string> reopen_log_files() const {
    if (!has_log_files()) return {};
    std::vector<std::string> errors;
    for (observer* const each : observed_->observers()) {
      if (!each->reopens()) continue;
      try {
        each->reopen();
      } catch (std::exception const& e) {
        errors.emplace_back(e.what());
      }
    }
    if (errors.empty()) log_.info("log_files_reopened");
    for (auto const& wrong : errors) log_.error("log_files_not_reopened", {{"reason", wrong}});
    tell("log_files", errors);
    return errors;
  }

  void tell(std::string_view what, std::vector<std::string> const& errors) const {
    if (observed_) observed_->tell(&observer::on_reload, reload_record{what, errors.size()});
  }

  std::vector<std::unique_ptr<listener_setup>> const& listeners_;
  std::vector<reloaded_policy> policies_;
  observation const* observed_;
  logger const& log_;
  std::mutex reading_;
};

}  // namespace mcpawl::detail
