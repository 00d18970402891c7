// bench/oauth_token.cpp - what an access token of ours costs: looked up, remembered, issued, sealed
// SPDX-License-Identifier: BSL-1.0
//
//   build/release/bench/oauth_token [--instructions] [--plot=FILE.svg] [--benchmark_...]
//
// As jwt_verify measures; 256 different tokens in turn, of as many grants. SQLite writes to a file in a
// temporary folder; a refresh is acknowledged when it survives a power cut, so its CPU time is not the time
// it takes.
//
//   lookup/cached   the policy with a token that it looked up a moment ago
//   lookup/STORE    the policy without its cache: parse, digest, read the grant, open its props, make the
//   identity refresh/STORE   a refresh token becomes its successor, without asking an upstream seal, open
//   props of 1 KiB, AES-256-GCM digest          what OpenSSL alone takes for SHA-256 of a token
#include <benchmark/benchmark.h>

#include <mcpawl/auth/access_login_reader.hpp>
#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/auth/access_session.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/oauth/common/pkce.hpp>
#include <mcpawl/oauth/grant/token_service.hpp>
#include <mcpawl/oauth/upstream/login_record.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/store/sqlite_store.hpp>

#include "marks.hpp"
#include "results.hpp"
#include "suite.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace bench;
namespace oauth = mcpawl::oauth;
constexpr std::size_t grants = 256;
constexpr char const* resource = "https://mcp.example.com/mcp";

/** Run a coroutine to its end on this thread. */
template <class T>
T await(mcpawl::task<T> work) {
  thread_local boost::asio::io_context context{1};
  std::optional<T> out;
  // by way of a task of nothing, since Asio wants a default constructor of what it hands over
  auto keep = [](mcpawl::task<T> from, std::optional<T>& to) -> mcpawl::task<> {
    to.emplace(co_await std::move(from));
  };
  auto end = [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  };
  boost::asio::co_spawn(context, keep(std::move(work), out), end);
  context.restart();
  context.run();
  return std::move(*out);
}

/** A folder that is gone afterwards. */
class scratch {
public:
  scratch() : path_((std::filesystem::temp_directory_path() / "mcpawl-bench-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary folder");
  }
  scratch(scratch const&) = delete;
  scratch& operator=(scratch const&) = delete;
  ~scratch() { std::filesystem::remove_all(path_); }
  std::string file() const { return path_ + "/oauth.db"; }

private:
  std::string path_;
};

std::shared_ptr<mcpawl::memory_store> make_store(mcpawl::memory_store*) {
  return std::make_shared<mcpawl::memory_store>();
}
std::shared_ptr<mcpawl::sqlite_store> make_store(mcpawl::sqlite_store*) {
  static scratch const folder;
  static int count = 0;
  return mcpawl::sqlite_store::open(folder.file() + std::to_string(++count)).value();
}

oauth::upstream_login alice() {
  oauth::upstream_login login;
  login.who.issuer = "https://team.cloudflareaccess.com/cdn-cgi/access/sso/oidc/app";
  login.who.subject = "7335d417-61da-459d-899c-0a01c76a2f94";
  mcpawl::detail::access_login_reader const reader;
  std::vector<mcpawl::jose::claim_value> claims(reader.claims().size());  // as the reader names them
  using kind = mcpawl::jose::claim_value::kind;
  claims.at(0) = {kind::string, "alice@example.com"};
  claims.at(4) = {kind::json, R"(["engineers","everybody"])"};
  login.who.reader = reader.name();
  login.who.profile = reader.read(claims, nullptr).value();
  login.access_token = mcpawl::secret{std::string(800, 'a')};
  login.refresh_token = mcpawl::secret{std::string(64, 'r')};
  return login;
}

/** A policy over a store with grants; `Use` tells those that are refreshed from those that are looked up. */
template <class Store, int Use = 0>
struct world {
  std::shared_ptr<Store> store = make_store(static_cast<Store*>(nullptr));
  mcpawl::access_oauth policy{options(), store};
  std::vector<oauth::issued_tokens> issued;

  world() {
    mcpawl::auth_environment here{boost::asio::any_io_executor{}, mcpawl::logger::none()};
    static boost::asio::io_context idle;
    here.executor = idle.get_executor();
    policy.attach(here);
    std::string const verifier(64, 'v');
    for (std::size_t i = 0; i != grants; ++i) {
      oauth::code_issue issue("user-" + std::to_string(i), "client");
      issue.resource = resource;
      issue.redirect_uri = "http://127.0.0.1/done";
      issue.code_challenge = oauth::code_challenge_of(verifier);
      issue.props = oauth::props_of(alice());
      auto code = await(policy.tokens().issue_code(std::move(issue))).value();
      oauth::code_redemption redemption(std::move(code), "client");
      redemption.redirect_uri = "http://127.0.0.1/done";
      redemption.verifier = mcpawl::secret{verifier};
      issued.push_back(await(policy.tokens().redeem(std::move(redemption))).value());
    }
  }

  static mcpawl::access_oauth_options options() {
    auto const url = [](char const* text) { return mcpawl::http::origin_url::parse(text).value(); };
    mcpawl::access_oauth_options out;
    out.public_url = "https://mcp.example.com";
    out.upstream.at = {.issuer = "http://127.0.0.1:9",
                       .authorization = url("http://127.0.0.1:9/authorization"),
                       .token = url("http://127.0.0.1:9/token"),
                       .jwks = url("http://127.0.0.1:9/jwks")};
    out.upstream.client_id = "id";
    out.upstream.client_secret = mcpawl::secret{std::string("password")};
    // one that anybody could guess is refused
    out.cookie_keys.emplace_back(std::string("a-key-of-32-bytes-for-benchmarks"));
    return out;
  }

  static world& get() {
    static world one;
    return one;
  }
};

mcpawl::http::request_head head_with(mcpawl::secret const& token) {
  std::string const value = "Bearer " + std::string(token.reveal());
  return mcpawl::http::request_head::make("POST", "/mcp",
                                          {{"Host", "mcp.example.com"}, {"Authorization", value}});
}

/** The policy and requests for it. */
template <class Store>
class lookup {
public:
  explicit lookup(bool cached) : policy_(world<Store>::get().policy), cached_(cached) {
    mcpawl::auth_environment here{idle_->get_executor(), mcpawl::logger::none()};
    policy_.attach(here);
    for (auto const& tokens : world<Store>::get().issued) heads_.push_back(head_with(tokens.access_token));
    if (!cached) return;
    for (auto const& head : heads_) (void)await(mcpawl::decision_of(policy_.authenticate(head)));
  }
  bool operator()(std::size_t i) {
    if (cached_) {
      auto const decided = policy_.authenticate(heads_[i]);
      auto const* const now = std::get_if<mcpawl::auth_result<mcpawl::access_identity>>(&decided);
      return now != nullptr && now->has_value();
    }
    auto const grant = await(policy_.tokens().look_up(world<Store>::get().issued[i].access_token, resource));
    return grant && mcpawl::detail::access_session::open(*grant, 0);
  }

private:
  std::unique_ptr<boost::asio::io_context> idle_ = std::make_unique<boost::asio::io_context>();
  mcpawl::access_oauth policy_;
  bool cached_;
  std::vector<mcpawl::http::request_head> heads_;
};

template <class Store>
class refreshing {
public:
  refreshing() {
    static std::atomic<std::size_t> next{0};
    which_ = next++ % grants;
    token_ = world<Store, 1>::get().issued[which_].refresh_token;
    // another work may have used it up
    auto& known = latest()[which_];
    if (!known.empty()) token_ = known;
  }
  bool operator()(std::size_t) {
    auto made =
        await(world<Store, 1>::get().policy.tokens().refresh(oauth::refresh_request(token_, "client")));
    if (!made) return false;
    token_ = std::move(made->refresh_token);
    latest()[which_] = token_;
    return true;
  }

private:
  static std::vector<mcpawl::secret>& latest() {
    static std::vector<mcpawl::secret> all(grants);
    return all;
  }
  std::size_t which_;
  mcpawl::secret token_;
};

class sealing {
public:
  explicit sealing(bool opens) : opens_(opens), sealed_(sealer_.seal(plain_, "props")) {}
  bool operator()(std::size_t) {
    if (!opens_) return !sealer_.seal(plain_, "props").empty();
    return sealer_.open(sealed_, "props").has_value();
  }

private:
  bool opens_;
  mcpawl::sealer sealer_ = mcpawl::sealer::with_random_key();
  std::string plain_ = std::string(1024, 'p');
  std::string sealed_;
};

suite everything() {
  suite s(grants);
  s.add("digest", [] {
    return [text = std::string(oauth::token::size, 't')](std::size_t) {
      return mcpawl::detail::sha256(text)[0] != 0;
    };
  });
  s.add("lookup/cached", [] { return lookup<mcpawl::memory_store>(true); });
  s.add("lookup/memory", [] { return lookup<mcpawl::memory_store>(false); });
  s.add("lookup/sqlite", [] { return lookup<mcpawl::sqlite_store>(false); });
  s.add("refresh/memory", [] { return refreshing<mcpawl::memory_store>(); });
  s.add("refresh/sqlite", [] { return refreshing<mcpawl::sqlite_store>(); });
  s.add("seal", [] { return sealing(false); });
  s.add("open", [] { return sealing(true); });
  return s;
}

int judge(results const& all) {
  marks m{all};
  m.at_most("lookup/cached", 100);
  m.no_allocation("lookup/cached");
  m.at_most("lookup/sqlite", 15'000);
  return m.missed();
}

}  // namespace

int main(int argc, char** argv) {
  auto const introduce = [] { std::printf("token: %zu characters\n\n", oauth::token::size); };
  suite::plan const how{"digest", "An access token of ours: CPU time per operation", {}};
  return everything().run(argc, argv, how, introduce, judge);
}
