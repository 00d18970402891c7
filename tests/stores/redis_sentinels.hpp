// tests/stores/redis_sentinels.hpp - a primary, its replica, and a sentinel that watches both
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../support/becomes_true.hpp"
#include "../support/temporary_folder.hpp"
#include "redis_server.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace redis_test {

/** Durable servers. When it is made, the replica is in step, and the sentinel calls the primary `main` and knows of both. */
class watched_primary {
public:
  watched_primary() {
    BOOST_TEST(support::becomes_true([this] {
      return replica.connect().ask({"INFO", "replication"}).text.find("master_link_status:up") !=
             std::string::npos;
    }));
    std::string const settings = files_.file("sentinel.conf");
    std::ofstream(settings)
        << "sentinel monitor main 127.0.0.1 " << primary.port() << " 1\n"
        << "sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 2000\n";
    sentinel_.emplace(std::vector<std::string>{settings, "--sentinel", "--port", "PORT", "--bind",
                                               "127.0.0.1", "--dir", "FOLDER"});
    BOOST_TEST(support::becomes_true(
        [this] { return sentinel_->connect().ask({"SENTINEL", "REPLICAS", "main"}).items.size() == 1; }));
  }

  /** Of the sentinel. */
  std::string address() const { return "127.0.0.1:" + std::to_string(sentinel_->port()); }

private:
  static std::vector<std::string> replicated(std::vector<std::string> more = {}) {
    auto words = durable();
    words.insert(words.end(), {"--repl-diskless-sync-delay", "0"});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  temporary_folder files_;
  std::optional<server> sentinel_;

public:
  server primary{replicated()};
  server replica{replicated({"--replicaof", "127.0.0.1 " + std::to_string(primary.port())})};
};

}  // namespace redis_test
