// tests/unit/store/open_store.cpp - the form of a URL chooses the kind of store
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/open_store.hpp>

#include "await.hpp"
#include "backends.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(store_open_store)

using namespace mcpawl;

namespace {

bool is_memory(result<std::shared_ptr<kv_store>> const& opened) {
  return opened && dynamic_cast<memory_store const*>(opened->get()) != nullptr;
}
bool is_sqlite(result<std::shared_ptr<kv_store>> const& opened) {
  return opened && dynamic_cast<sqlite_store const*>(opened->get()) != nullptr;
}

template <class... Kinds>
std::vector<std::string> mistakes_with(std::string const& url) {
  settings from(
      [&url](std::string const& name) { return name == "OAUTH_KV" ? std::optional(url) : std::nullopt; });
  auto const store = open_store<Kinds...>(from);
  try {
    from.throw_if_invalid();
  } catch (configuration_error const& e) {
    BOOST_TEST((store == nullptr));
    return e.errors();
  }
  BOOST_TEST((store != nullptr));
  return {};
}

/** A kind that says what is wrong. */
class unfit_store : public kv_store {
public:
  static constexpr std::string_view url_form = "unfit:";
  static bool takes_url(std::string_view url) noexcept { return url == url_form; }
  static result<std::unique_ptr<unfit_store>> open_url(std::string_view, mcpawl::clock const&) {
    return make_error_code(store_errc::unfit);
  }
  static result<std::unique_ptr<unfit_store>> open_url(std::string_view, mcpawl::clock const&,
                                                       std::vector<std::string>& why) {
    why = {"it forgets", "its clock is wrong"};
    return make_error_code(store_errc::unfit);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_form_of_a_url_chooses) {
  temporary_folder const folder;
  std::string const file = folder.file("oauth.db");
  BOOST_TEST(is_memory(open_store<sqlite_store, memory_store>("memory:")));
  BOOST_TEST(is_memory(open_store<memory_store, sqlite_store>("memory:")));
  BOOST_TEST(is_sqlite(open_store<sqlite_store, memory_store>(file)));
  BOOST_TEST(is_sqlite(open_store<memory_store, sqlite_store>("sqlite:" + file)));
  BOOST_TEST(is_sqlite(open_store<sqlite_store>(folder.file("a:b.db"))));
  BOOST_TEST(std::filesystem::exists(folder.file("a:b.db")));
}

BOOST_AUTO_TEST_CASE(two_urls_name_one_file) {
  temporary_folder const folder;
  std::string const file = folder.file("oauth.db");
  auto const one = open_store<sqlite_store>(file), other = open_store<sqlite_store>("sqlite:" + file);
  await((*one)->put(store_write("k", "v"))).value();
  BOOST_TEST(await((*other)->get("k")).value()->value == "v");
}

BOOST_AUTO_TEST_CASE(a_kind_that_the_program_does_not_have_is_refused) {
  temporary_folder const folder;
  BOOST_TEST((open_store<memory_store>(folder.file("oauth.db")).error() == store_errc::unknown_kind));
  BOOST_TEST((open_store<sqlite_store>("memory:").error() == store_errc::unknown_kind));
  for (auto const* url : {"memory", "memory:x", "Memory:"})
    BOOST_TEST((open_store<memory_store>(url).error() == store_errc::unknown_kind), url);
  for (auto const* url : {"postgresql://me:secret@db/x", "rediss://cache", "foo:bar.db"})
    BOOST_TEST((open_store<sqlite_store, memory_store>(url).error() == store_errc::unknown_kind), url);
  BOOST_TEST((open_store<sqlite_store>("sqlite:").error() == store_errc::cannot_open));
}

BOOST_AUTO_TEST_CASE(a_mistake_in_the_setting_is_told_without_what_it_holds) {
  using all = std::vector<std::string>;
  BOOST_TEST((mistakes_with<sqlite_store, memory_store>("memory:") == all{}));
  auto const refused = mistakes_with<sqlite_store, memory_store>("postgresql://me:secret@db/x");
  BOOST_TEST_REQUIRE(refused.size() == 1u);
  BOOST_TEST(refused.front() ==
             "OAUTH_KV names no kind of store that this program has: the path of a SQLite file, or memory:");
  auto const unreachable = mistakes_with<sqlite_store>("/nowhere/secret/oauth.db");
  BOOST_TEST_REQUIRE(unreachable.size() == 1u);
  BOOST_TEST(unreachable.front().find("cannot be opened") != std::string::npos);
  BOOST_TEST(unreachable.front().find("secret") == std::string::npos);
  BOOST_TEST(mistakes_with<memory_store>("").size() == 1u);
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_with_a_store_is_told_at_once) {
  BOOST_TEST((open_store<unfit_store>("unfit:").error() == store_errc::unfit));
  std::vector<std::string> const expected{"OAUTH_KV cannot be opened: it forgets",
                                          "OAUTH_KV cannot be opened: its clock is wrong"};
  BOOST_TEST((mistakes_with<memory_store, unfit_store>("unfit:") == expected));
}

BOOST_AUTO_TEST_SUITE_END()
