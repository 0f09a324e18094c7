// How fast atlas-sim answers: it must never be the bottleneck of a benchmark of keytide.
//
//   atlas_sim_bench [CONNECTIONS] [SECONDS]
//
// 100 organizations with 200 service accounts each, kept-alive connections over loopback; caller
// and server share the machine.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "providers/atlas/simulator/text.h"
#include "providers/system/fd.h"
#include "providers/system/system_clock.h"
#include "tests/support/atlas_sim_process.h"

namespace keytide::testing {
namespace {

constexpr int kOrgs = 100;
constexpr int kAccounts = 200;

std::string org_id(int org) { return fmt::format("{:024x}", org + 1); }
std::string client_id(int org, int account) {
  return fmt::format("mdb_sa_id_{:024x}", org * kAccounts + account + 1);
}

std::string make_seed() {
  std::string out = "settings: {rate_limits: false, slots: 2}\norgs:\n";
  for (int org = 0; org < kOrgs; ++org) {
    out += fmt::format(
        "  - id: {0}\n    name: org{1}\n"
        "    apiKeys: [{{publicKey: k{1}, privateKey: p, roles: [ORG_OWNER]}}]\n"
        "    serviceAccounts:\n",
        org_id(org), org);
    for (int account = 0; account < kAccounts; ++account) {
      out += fmt::format(
          "      - {{clientId: {}, name: sa{}, roles: [{}], secrets: [{{secret: bench-{}}}]}}\n",
          client_id(org, account), account, account == 0 ? "ORG_OWNER" : "ORG_MEMBER", account);
    }
  }
  return out;
}

// A kept-alive connection.
class Connection {
 public:
  explicit Connection(std::uint16_t port) : file_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof address);
    if (connect(file_.get(), &generic, sizeof address) != 0) std::abort();
    const int one = 1;
    setsockopt(file_.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }

  // The body; aborts unless the status is the wanted one.
  std::string call(const std::string& method, const std::string& path, const std::string& token,
                   const std::string& body, const char* wanted) {
    const std::string request = fmt::format(
        "{} {} HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\n"
        "Accept: application/vnd.atlas.2024-08-05+json\r\nContent-Type: application/json\r\n"
        "Content-Length: {}\r\n\r\n{}",
        method, path, token, body.size(), body);
    if (send(file_.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) std::abort();
    std::string reply;
    std::size_t end = std::string::npos;
    while ((end = reply.find("\r\n\r\n")) == std::string::npos) receive(reply);
    const std::size_t field = reply.find("Content-Length: ");
    const std::size_t length = field < end ? std::stoul(reply.substr(field + 16, 12)) : 0;
    while (reply.size() < end + 4 + length) receive(reply);
    if (reply.compare(9, 3, wanted) != 0) {
      fmt::print(stderr, "{} {}: {}\n", method, path, reply);
      std::abort();
    }
    return reply.substr(end + 4);
  }

 private:
  void receive(std::string& into) {
    char buffer[65536];
    const ssize_t count = recv(file_.get(), buffer, sizeof buffer, 0);
    if (count <= 0) std::abort();
    into.append(buffer, static_cast<std::size_t>(count));
  }

  Fd file_;
};

std::string text_after(const std::string& json, const std::string& start) {
  const std::size_t begin = json.find(start) + start.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

// `work` makes requests on a connection of its own and returns how many.
using Work = std::function<int(Connection&, int org, int account)>;

void measure(const char* what, std::uint16_t port, int connections, int seconds, const Work& work) {
  SystemClock clock;
  std::atomic<bool> stop = false;
  std::atomic<long> count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < connections; ++i) {
    threads.emplace_back([&, i] {
      Connection connection(port);
      long mine = 0;
      for (int k = 0; !stop; ++k) {
        mine += work(connection, (i + k * connections) % kOrgs, 1 + i % (kAccounts - 1));
      }
      count += mine;
    });
  }
  const auto start = clock.since_boot();
  clock.sleep(std::chrono::seconds(seconds));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const auto passed = static_cast<double>((clock.since_boot() - start).count()) / 1000;
  fmt::print("{:<34} {:>9.0f} requests/s\n", what, static_cast<double>(count) / passed);
}

int run(int connections, int seconds) {
  SystemClock clock;
  const auto start = clock.since_boot();
  AtlasSimProcess atlas(make_seed(), "real");
  fmt::print("{} accounts loaded in {} ms\n", kOrgs * kAccounts,
             (clock.since_boot() - start).count());
  std::vector<std::string> tokens;
  Connection setup(atlas.port());
  for (int org = 0; org < kOrgs; ++org) {
    const std::string key = fmt::format("{}:bench-0", client_id(org, 0));
    const RawReply reply = http_call(atlas.port(), "POST", "/api/oauth/token",
                                     {{"Authorization", "Basic " + simulator::encode_base64(key)}},
                                     "grant_type=client_credentials");
    tokens.push_back("Bearer " + text_after(reply.response.body, "\"access_token\":\""));
  }
  const auto accounts = [](int org) {
    return "/api/atlas/v2/orgs/" + org_id(org) + "/serviceAccounts";
  };
  const auto port = atlas.port();
  measure("get one service account", port, connections, seconds,
          [&](Connection& connection, int org, int account) {
            connection.call("GET", accounts(org) + "/" + client_id(org, account), tokens[org], "",
                            "200");
            return 1;
          });
  measure("list 200 service accounts", port, connections, seconds,
          [&](Connection& connection, int org, int) {
            connection.call("GET", accounts(org) + "?itemsPerPage=500", tokens[org], "", "200");
            return 1;
          });
  measure("create and delete (2 each)", port, connections, seconds,
          [&](Connection& connection, int org, int account) {
            const std::string secrets = accounts(org) + "/" + client_id(org, account) + "/secrets";
            const std::string created = connection.call(
                "POST", secrets, tokens[org], R"({"secretExpiresAfterHours":2160})", "201");
            connection.call("DELETE", secrets + "/" + text_after(created, "\"id\":\""), tokens[org],
                            "", "204");
            return 2;
          });
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace keytide::testing

int main(int argc, char** argv) {
  return keytide::testing::run(argc > 1 ? std::atoi(argv[1]) : 8,
                               argc > 2 ? std::atoi(argv[2]) : 3);
}
