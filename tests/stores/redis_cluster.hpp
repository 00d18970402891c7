// tests/stores/redis_cluster.hpp - a Redis Cluster of a test's own: three primaries, and a replica of the first if it is wanted
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../support/becomes_true.hpp"
#include "redis_server.hpp"

#include <mcpawl/store/redis/redis_slots.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redis_test {

class cluster {
public:
  static constexpr std::size_t primaries = 3;

  /** @param words  further words of the command lines; `TLS_PORT` stands for a free port, another one for each server */
  explicit cluster(bool with_replica = false, std::vector<std::string> words = {})
      : words_(std::move(words)) {
    for (std::size_t i = 0; i != primaries + std::size_t{with_replica}; ++i) add();
    constexpr std::size_t all = mcpawl::detail::redis_slot_count;
    for (std::size_t i = 0; i != primaries; ++i) {
      auto at = nodes[i]->connect();
      std::string const first = std::to_string(all * i / primaries),
                        last = std::to_string(all * (i + 1) / primaries - 1);
      at.ask({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
      at.ask({"CLUSTER", "ADDSLOTSRANGE", first, last});
    }
    for (std::size_t i = 1; i != nodes.size(); ++i)
      nodes[0]->connect().ask({"CLUSTER", "MEET", "127.0.0.1", std::to_string(nodes[i]->port()), ports_[i]});
    std::string const known = "cluster_known_nodes:" + std::to_string(nodes.size());
    BOOST_TEST_REQUIRE(support::becomes_true([&] {
      return std::all_of(nodes.begin(), nodes.end(), [&](auto const& each) {
        std::string const text = each->connect().ask({"CLUSTER", "INFO"}).text;
        return text.find("cluster_state:ok") != text.npos && text.find(known) != text.npos;
      });
    }));
    if (!with_replica) return;
    BOOST_TEST_REQUIRE(support::becomes_true(
        [&] { return !nodes[3]->connect().ask({"CLUSTER", "REPLICATE", id(0)}).failed(); }));
    BOOST_TEST_REQUIRE(support::becomes_true([&] {
      return nodes[3]->connect().ask({"INFO", "replication"}).text.find("master_link_status:up") !=
             std::string::npos;
    }));
  }

  std::string url(std::string const& query = {}) const {
    std::string out = "redis+cluster://";
    for (std::size_t i = 0; i != primaries; ++i)
      out += (i == 0 ? "127.0.0.1:" : ",127.0.0.1:") + std::to_string(nodes[i]->port());
    return out + query;
  }
  std::string id(std::size_t node) const { return nodes[node]->connect().ask({"CLUSTER", "MYID"}).text; }
  /** The primary that has a slot as the cluster was made. */
  static std::size_t owner(std::size_t slot) {
    std::size_t i = 0;
    while (mcpawl::detail::redis_slot_count * (i + 1) / primaries <= slot) ++i;
    return i;
  }
  void empty() const {
    for (auto const& each : nodes) each->connect().ask({"FLUSHALL"});
  }

  std::vector<std::unique_ptr<server>> nodes;
  std::vector<std::uint16_t> tls_ports;  ///< Of the servers, where `TLS_PORT` is among the words.

private:
  void add() {
    ports_.push_back(std::to_string(free_port()));
    auto words = durable();
    for (auto const& each : words_) {
      if (each == "TLS_PORT") tls_ports.push_back(free_port());
      words.push_back(each == "TLS_PORT" ? std::to_string(tls_ports.back()) : each);
    }
    for (std::string_view const each : {"--cluster-enabled", "yes", "--cluster-node-timeout", "800",
                                        "--repl-diskless-sync-delay", "0", "--cluster-port"})
      words.emplace_back(each);
    words.push_back(ports_.back());
    nodes.push_back(std::make_unique<server>(words));
  }

  std::vector<std::string> words_;
  std::vector<std::string> ports_;  // by which they talk to each other
};

}  // namespace redis_test
