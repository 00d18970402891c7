// tests/json_schema_suite/main.cpp - the required tests of the public JSON Schema Test Suite for 2020-12
// SPDX-License-Identifier: BSL-1.0
//
// usage: json_schema_suite SUITE        SUITE is a folder with tests/draft2020-12 and remotes
//
// Prints every test that fails and how many ran; exits 1 if one failed, 2 if the suite cannot be read.
#include <mcpawl/json_schema/json_schema.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

boost::json::value read(std::filesystem::path const& path) {
  std::ifstream file(path, std::ios::binary);
  std::string const text(std::istreambuf_iterator<char>(file), {});
  boost::json::parse_options options;
  options.max_depth = 200;
  boost::system::error_code error;
  auto value = boost::json::parse(text, error, {}, options);
  if (error.failed()) throw std::runtime_error(path.string() + ": " + error.message());
  return value;
}

std::string text(boost::json::value const& value) {
  auto const& string = value.as_string();
  return {string.data(), string.size()};
}

struct counts {
  int ran = 0, failed = 0;
};

void run_group(boost::json::object const& group, std::string const& file,
               mcpawl::detail::json_schema_library const& remotes, counts& count) {
  std::vector<mcpawl::detail::json_schema_error> errors;
  auto const schema = mcpawl::detail::json_schema::compile(group.at("schema"), errors, remotes);
  for (auto const& error : errors) {
    std::printf("%s: %s: %s %s\n", file.c_str(), text(group.at("description")).c_str(), error.pointer.c_str(),
                error.message.c_str());
  }
  for (auto const& item : group.at("tests").as_array()) {
    auto const& test = item.as_object();
    bool const valid = test.at("valid").as_bool();
    ++count.ran;
    auto const problem = schema ? schema->validate(test.at("data")) : mcpawl::detail::decode_problem{};
    if (schema && valid == !problem) continue;
    ++count.failed;
    std::printf("%s: %s: %s: should be %s: %s %s\n", file.c_str(), text(group.at("description")).c_str(),
                text(test.at("description")).c_str(), valid ? "valid" : "invalid",
                problem ? problem->pointer.c_str() : "", problem ? problem->message.c_str() : "");
  }
}

counts run(std::filesystem::path const& suite) {
  // the suite says that its remotes are served from there
  mcpawl::detail::json_schema_library remotes;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(suite / "remotes")) {
    if (entry.path().extension() != ".json") continue;
    auto const name = entry.path().lexically_relative(suite / "remotes").generic_string();
    remotes.add("http://localhost:1234/" + name, read(entry.path()));
  }
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(suite / "tests" / "draft2020-12")) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  counts count;
  for (auto const& file : files) {
    auto const groups = read(file);
    for (auto const& group : groups.as_array())
      run_group(group.as_object(), file.filename().string(), remotes, count);
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::invalid_argument("usage: json_schema_suite SUITE");
  auto const count = run(argv[1]);
  std::printf("%d tests ran, %d failed\n", count.ran, count.failed);
  return count.failed == 0 && count.ran != 0 ? 0 : 1;
} catch (std::exception const& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 2;
}
