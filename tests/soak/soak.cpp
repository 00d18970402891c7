// tests/soak/soak.cpp - minutes of everything at once: clients of every kind, while keys, certificates and servers change
// SPDX-License-Identifier: BSL-1.0
#include "../support/certificate_files.hpp"
#include "../support/tls_client.hpp"
#include "clients.hpp"
#include "instance.hpp"

#include <mcpawl/test/fake_access_server.hpp>
#include <mcpawl/test/loopback_client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <exception>

namespace soak {

using namespace std::chrono_literals;

namespace {

constexpr char usage[] =
    R"(usage: soak SERVER [--seconds N] [--clients N] [--memory-not-judged]

Loads soak_server (SERVER is its path) for N seconds, 900 if not told, with 200 clients, and judges every answer.
)";

constexpr char audience[] = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
/** What memory may grow by in the last two thirds. The last server to take over has a twelfth of the run before them: in a minute it is not
    warm by then. */
constexpr long allowed_growth(int seconds) { return seconds < 300 ? 3 * 1024 : 1024; }

struct plan {
  std::string server = {};
  int seconds = 900, clients = 200;
  bool judge_memory = true;
};

/** A listening socket, which the servers are passed. */
struct listening {
  listening() : descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(descriptor, reinterpret_cast<sockaddr const*>(&at), size) != 0 ||
        ::listen(descriptor, 4096) != 0 ||
        ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&at), &size) != 0)
      throw std::system_error(errno, std::generic_category(), "listen");
    port = ntohs(at.sin_port);
  }
  listening(listening const&) = delete;
  listening& operator=(listening const&) = delete;
  ~listening() { ::close(descriptor); }
  int descriptor;
  std::uint16_t port = 0;
};

/** The least value of each of twelve parts: what is there while no large answer happens to be under way. */
std::vector<long> least_of_parts(std::vector<long> const& values) {
  std::vector<long> out;
  std::size_t const size = std::max<std::size_t>(1, values.size() / 12);
  for (std::size_t i = 0; i + size <= values.size(); i += size) {
    auto const begin = values.begin() + static_cast<std::ptrdiff_t>(i);
    out.push_back(*std::min_element(begin, begin + static_cast<std::ptrdiff_t>(size)));
  }
  return out;
}

/** How much a line through all points rises over their whole range (least squares). */
long rise(std::vector<long> const& values) {
  double const n = static_cast<double>(values.size());
  if (values.size() < 2) return 0;
  double sum_x = 0, sum_y = 0, sum_xy = 0, sum_xx = 0, x = 0;
  for (long const value : values) {
    double const y = static_cast<double>(value);
    sum_x += x;
    sum_y += y;
    sum_xy += x * y;
    sum_xx += x * x;
    ++x;
  }
  double const slope = (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x);
  return static_cast<long>(slope * (n - 1));
}

/** Directs a run, on a thread beside that of the clients. */
class director {
public:
  director(plan what, site& of, judge& verdicts)
      : plan_(std::move(what)),
        site_(of),
        is_(verdicts),
        access_(audience),
        authority_(http_test::make_authority("soak")) {
    site_.net.plain_port = plain_.port;
    site_.net.tls_port = tls_.port;
    site_.net.tls.add_certificate_authority(asio::buffer(authority_.pem()));
    site_.net.tls.set_verify_mode(asio::ssl::verify_peer);
    files_.write("ledger", "");
    auto const pair = new_certificate();
    ::setenv("TLS_CERTIFICATE", pair.certificate.c_str(), 1);
    ::setenv("TLS_KEY", pair.key.c_str(), 1);
    ::setenv("LEDGER", files_.path("ledger").c_str(), 1);
    ::setenv("TEAM_DOMAIN", access_.team_domain().c_str(), 1);
    ::setenv("POLICY_AUD", audience, 1);
    ::setenv("SESSION_KEYS", "c0ffee11223344556677889900aabbccddeeff0123456789abcdef9876543210", 1);
    make_tokens();
    site_.bad_tokens = {"", "nonsense", "a.b.c", std::string(2000, 'x')};
    for (auto const how : {mcpawl::test::forgery::other_key, mcpawl::test::forgery::altered_payload,
                           mcpawl::test::forgery::alg_none, mcpawl::test::forgery::hs256_with_certificate,
                           mcpawl::test::forgery::unknown_kid, mcpawl::test::forgery::expired,
                           mcpawl::test::forgery::wrong_audience, mcpawl::test::forgery::wrong_issuer})
      site_.bad_tokens.push_back(access_->forge(how));
  }

  /** The whole run. */
  void direct(std::function<void()> const& start_clients) {
    server_ = start_server();
    long const before = least_descriptors();
    start_clients();
    std::printf("soak: %d clients for %d s; the first server has %ld descriptors and %ld KiB\n",
                plan_.clients, plan_.seconds, before, server_->resident_kib());
    std::fflush(stdout);
    auto const begin = steady::now();
    int const period = std::max(7, plan_.seconds / 30);
    std::vector<long> memory;
    for (int now = 1; now <= plan_.seconds && is_.wrongs() < 1000; ++now) {
      std::this_thread::sleep_until(begin + std::chrono::seconds(now));
      // a third of the time for servers that come and go; what the last of them has then should be all
      if (now * 3 < plan_.seconds && now % std::max(5, plan_.seconds / 12) == 0) take_over();
      if (now * 3 >= plan_.seconds) memory.push_back(server_->resident_kib());
      if (now % period == 1) rotate_keys();
      if (now % period == 4) renew_certificate();
      if (now % (2 * period) == 6) server_->stall_logs(true);
      if (now % (2 * period) == 6 + period / 2) server_->stall_logs(false);
      if (now % 60 == 0) say_how_it_goes(now);
    }
    server_->stall_logs(false);
    site_.stopping = true;
    for (int i = 0; i != 600 && site_.clients != 0; ++i) std::this_thread::sleep_for(100ms);
    if (site_.clients != 0)
      is_.wrong("the end", "no client", std::to_string(site_.clients.load()) + " that wait");
    judge_descriptors(before);
    judge_memory(memory);
    end_server(*server_);
    is_.compare(files_.path("ledger"));
    judge_access_log();
    judge_work();
  }

private:
  // --- servers ------------------------------------------------------------------------------------------------

  /** Start a server, and wait until it says that it is ready. */
  std::unique_ptr<instance> start_server() {
    auto made = std::make_unique<instance>(plan_.server, plain_.descriptor, tls_.descriptor);
    auto const end = steady::now() + 30s;
    for (int status = 0; status != 200;) {
      if (steady::now() > end)
        throw std::runtime_error("the server is not ready after 30 s:\n" + made->log());
      mcpawl::test::loopback_client client(made->admin_port());
      status = client.request("GET", "/readyz", {}, {}).status;
      if (status != 200) std::this_thread::sleep_for(20ms);
    }
    return made;
  }

  void take_over() {
    ++site_.takeovers;
    server_->stall_logs(false);
    auto next = start_server();
    end_server(*server_);
    server_ = std::move(next);
    ++site_.takeovers;
    is_.good("takeover");
  }

  /** It must end with 0, and its log must have no error. */
  void end_server(instance& which) {
    auto const begin = steady::now();
    which.signal(SIGTERM);
    int const status = which.wait();
    auto const took = std::chrono::duration_cast<std::chrono::seconds>(steady::now() - begin);
    std::string const text = which.log();
    if (status != 0 || took > 12s)
      is_.wrong(
          "a server told to stop", "an end with 0 within 12 s",
          "status " + std::to_string(status) + " after " + std::to_string(took.count()) + " s\n" + text);
    for (auto const* bad : {" error ", "Sanitizer", "error:"})
      if (auto const at = text.find(bad); at != std::string::npos) {
        auto const line = text.rfind('\n', at) + 1;
        is_.wrong("the log of a server", "no error", text.substr(line));
        std::printf("%s\n", text.substr(line, 20'000).c_str());
        break;
      }
    logged_ += which.logged();
    dropped_ += which.dropped();
  }

  // --- what changes ---------------------------------------------------------------------------------------------

  /** The new key is published; the old one signs until the servers have had the time to fetch it. */
  void rotate_keys() {
    access_->rotate();
    std::this_thread::sleep_for(2s);
    make_tokens();
    is_.good("new signing key");
  }
  void make_tokens() {
    std::vector<std::string> made;
    for (int i = 0; i != 8; ++i)
      made.push_back(access_->sign(access_->user("user" + std::to_string(i) + "@example.com")));
    site_.tokens(std::move(made));
  }

  mcpawl::tls_options new_certificate() {
    certificate_ = http_test::make_certificate("localhost", {}, &authority_);
    return files_.write_pair(certificate_);
  }
  /** Let the server read a new certificate; new connections must have it soon. */
  void renew_certificate() {
    new_certificate();
    server_->signal(SIGHUP);
    for (int i = 0; i != 100; ++i) {
      support::tls_client client(tls_.port);
      if (client.shake_hands()) {
        std::unique_ptr<X509, http_test::certificate_freer> const shown(
            ::SSL_get1_peer_certificate(client.native()));
        if (shown && ::X509_cmp(shown.get(), certificate_.certificate.get()) == 0) {
          is_.good("new certificate");
          return;
        }
      }
      std::this_thread::sleep_for(100ms);
    }
    is_.wrong("SIGHUP", "the new certificate within 10 s", "another one\n" + server_->log());
  }

  // --- judgements -----------------------------------------------------------------------------------------------

  /** The least number in two seconds, since keys are fetched now and then. */
  long least_descriptors() const {
    long least = server_->descriptors();
    for (int i = 0; i != 20; ++i) {
      std::this_thread::sleep_for(100ms);
      least = std::min(least, server_->descriptors());
    }
    return least;
  }
  void judge_descriptors(long before) {
    long after = least_descriptors();
    for (int i = 0; i != 10 && after > before; ++i) after = std::min(after, least_descriptors());
    std::printf("  %8ld  descriptors without clients; before them %ld\n", after, before);
    if (after > before)
      is_.wrong("descriptors without clients", std::to_string(before), std::to_string(after));
  }
  void judge_memory(std::vector<long> const& samples) {
    if (samples.empty()) return;
    auto const [least, most] = std::minmax_element(samples.begin(), samples.end());
    long const growth = rise(least_of_parts(samples));
    std::printf(
        "  %8ld  KiB of growth in the last two thirds (a line through the least of each of 12 parts; least %ld, most %ld)\n",
        growth, *least, *most);
    long const allowed = allowed_growth(plan_.seconds);
    if (plan_.judge_memory && growth > allowed)
      is_.wrong("growth of memory in the last two thirds", "at most " + std::to_string(allowed) + " KiB",
                std::to_string(growth) + " KiB");
  }
  /** Each answer has its line, or is one of those that are told as dropped. */
  void judge_access_log() {
    std::printf("  %8llu  answers; %llu lines of the access log, %llu told as dropped\n",
                static_cast<unsigned long long>(is_.answers()), static_cast<unsigned long long>(logged_),
                static_cast<unsigned long long>(dropped_));
    if (logged_ + dropped_ < is_.answers())
      is_.wrong("the access log", "a line for each answer, or told as dropped",
                std::to_string(is_.answers() - logged_ - dropped_) + " that nothing is said of");
    if (logged_ == 0) is_.wrong("the access log", "lines", "none");
  }
  /** Nothing of all this was left out. */
  void judge_work() {
    for (auto const* each : {"takeover", "new signing key", "new certificate", "call of add",
                             "call of record", "call of record_later", "call of record_blocking",
                             "event stream to its end", "slow reader", "slow writer", "no token", "bad token",
                             "left", "session ended", "stream of a session, read on by another connection"})
      if (is_.done(each) == 0) is_.wrong(each, "some of it", "none");
    if (dropped_ == 0 && plan_.seconds >= 60 && plan_.judge_memory)
      is_.wrong("the log that nobody read", "lines that are dropped, and told", "none");
  }

  void say_how_it_goes(int now) const {
    std::printf("soak: %d s, %llu answers, %zu wrong, %ld KiB\n", now,
                static_cast<unsigned long long>(is_.answers()), is_.wrongs(), server_->resident_kib());
    std::fflush(stdout);
  }

  plan plan_;
  site& site_;
  judge& is_;
  mcpawl::test::fake_access_server access_;
  support::certificate_files files_;
  http_test::certified authority_, certificate_ = {};
  listening plain_ = {}, tls_ = {};
  std::unique_ptr<instance> server_ = {};
  std::uint64_t logged_ = 0, dropped_ = 0;
};

/** Close what has waited for too long. */
task<> watch(network& all, bool const& ended) {
  error_code ignored;
  asio::steady_timer timer(all.io);
  while (!ended) {
    timer.expires_after(1s);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    auto const now = steady::now();
    for (wire* const each : all.open) each->expire(now);
  }
}

plan read_plan(int argc, char** argv) {
  plan out;
  for (int i = 1; i < argc; ++i) {
    std::string_view const word = argv[i];
    int* number = word == "--seconds" ? &out.seconds : word == "--clients" ? &out.clients : nullptr;
    if (word == "--memory-not-judged")
      out.judge_memory = false;
    else if (number != nullptr && i + 1 < argc) {
      std::string_view const value = argv[++i];
      auto const [end, wrong] = std::from_chars(value.data(), value.data() + value.size(), *number);
      if (wrong != std::errc() || end != value.data() + value.size() || *number < 1 || *number > 86'400)
        throw std::invalid_argument(std::string(word) + " needs a number");
    } else if (!word.starts_with("--") && out.server.empty())
      out.server = word;
    else
      throw std::invalid_argument(usage);
  }
  if (out.server.empty()) throw std::invalid_argument(usage);
  return out;
}

int run(plan const& what) {
  ::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  asio::io_context io(1);
  judge verdicts;
  site all(io, verdicts);
  bool ended = false;
  {
    director directs(what, all, verdicts);
    auto work = asio::make_work_guard(io);
    std::string failure;
    std::thread thread([&] {
      try {
        directs.direct([&] {
          all.clients = what.clients;
          for (int i = 0; i != what.clients; ++i) {
            auto made = std::make_shared<client>(all, static_cast<unsigned>(i));
            asio::co_spawn(io, client::run(std::move(made)), asio::detached);
          }
          asio::co_spawn(io, watch(all.net, ended), asio::detached);
        });
      } catch (std::exception const& e) {
        failure = e.what();
      }
      io.stop();
    });
    io.run();
    thread.join();
    if (!failure.empty()) verdicts.wrong("the run", "no exception", failure);
  }
  verdicts.print();
  std::printf("soak: %zu wrong\n", verdicts.wrongs());
  return verdicts.wrongs() == 0 ? 0 : 1;
}

}  // namespace

}  // namespace soak

int main(int argc, char** argv) {
  try {
    return soak::run(soak::read_plan(argc, argv));
  } catch (std::exception const& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 2;
  }
}
