// tests/unit/http/unix_listener.cpp - the file of a Unix-domain socket: made, taken over when stale, removed
// SPDX-License-Identifier: BSL-1.0
#include "../../support/temporary_folder.hpp"

#include <mcpawl/http/unix_listener.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

BOOST_AUTO_TEST_SUITE(http_unix_listener)

namespace {

using namespace mcpawl;
using http::detail::listen_unix;
namespace fs = std::filesystem;

struct folder : temporary_folder {
  std::string socket = file("s");
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_path_is_absolute_and_fits) {
  using http::detail::validate_unix_path;
  BOOST_TEST(validate_unix_path("/run/mcp/mcp.sock").empty());
  BOOST_TEST(validate_unix_path("/" + std::string(106, 'a')).empty());
  BOOST_TEST(validate_unix_path("/" + std::string(107, 'a')).find("107 bytes") != std::string::npos);
  for (std::string bad : {std::string(), std::string("mcp.sock"), std::string("@abstract"),
                          std::string("/run/"), std::string("/a\0b", 4)})
    BOOST_TEST(!validate_unix_path(bad).empty(), bad);
}

BOOST_AUTO_TEST_CASE(the_file_has_its_mode_and_goes_with_the_listener) {
  folder const in;
  {
    auto made = listen_unix(in.socket, 0660);
    BOOST_TEST_REQUIRE(made.has_value());
    auto const mode = fs::status(in.socket).permissions();
    BOOST_TEST(static_cast<unsigned>(mode) == 0660U);
  }
  BOOST_TEST(!fs::exists(in.socket));
}

BOOST_AUTO_TEST_CASE(a_socket_where_somebody_listens_stays_and_a_stale_one_is_taken_over) {
  folder const in;
  std::optional<http::detail::unix_listener> first;
  first.emplace(listen_unix(in.socket, 0600).value());
  BOOST_TEST((listen_unix(in.socket, 0600).error() == boost::system::errc::address_in_use));
  BOOST_TEST(fs::exists(in.socket));
  // a server that was killed leaves its file
  ::close(first->socket.release());
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the clock of the file system is a coarse one
  auto second = listen_unix(in.socket, 0600);
  BOOST_TEST(second.has_value());
  // the file is not the first one's any more
  first.reset();
  BOOST_TEST(fs::exists(in.socket));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_socket_stays) {
  folder const in;
  std::ofstream(in.socket) << "precious";
  BOOST_TEST((listen_unix(in.socket, 0600).error() == boost::system::errc::file_exists));
  BOOST_TEST(fs::file_size(in.socket) == 8U);
  fs::remove(in.socket);
  fs::create_symlink(in.file("elsewhere"), in.socket);
  BOOST_TEST((listen_unix(in.socket, 0600).error() == boost::system::errc::file_exists));
  BOOST_TEST(listen_unix(in.file("no/such/folder"), 0600).has_error());
}

BOOST_AUTO_TEST_SUITE_END()
