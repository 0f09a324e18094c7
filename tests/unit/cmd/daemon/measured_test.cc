// The decorators that count.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/keytide/daemon/measured_ports.h"
#include "cmd/keytide/daemon/measured_transport.h"
#include "providers/atlas/calls.h"
#include "tests/support/virtual_clock.h"

namespace keytide {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::ElementsAre;

class Noted : public Telemetry {
 public:
  void on_request(std::string_view operation, int status, microseconds length) override {
    note(std::string(operation), std::to_string(status), std::to_string(length.count()));
  }
  void on_create(std::string_view outcome) override { note("create", std::string(outcome)); }
  void on_delete(bool succeeded) override { note("delete", succeeded ? "yes" : "no"); }
  void on_delivery(std::string_view type, bool succeeded) override {
    note(std::string(type), succeeded ? "yes" : "no");
  }
  void on_pass(bool, microseconds) override {}
  void on_reload(bool) override {}

  std::vector<std::string> notes;

 private:
  void note(const std::string& a, const std::string& b, const std::string& c = "") {
    notes.push_back(a + " " + b + (c.empty() ? "" : " " + c));
  }
};

Error down() { return {ErrorKind::unavailable, "it is down", {}}; }

class ScriptedIssuer : public Issuer {
 public:
  const IssuerLimits& limits() const override { return limits_; }
  Instant now() override { return {}; }
  Result<ObservedScope> list(const Scope&) override { return ObservedScope{}; }
  Result<ObservedAccount> get(const AccountKey&) override { return ObservedAccount{}; }
  Result<std::optional<int>> max_validity_hours(const Scope&) override {
    return std::optional<int>(8760);
  }
  CreateOutcome create(const AccountKey&, int hours) override {
    switch (hours) {
      case 8:
        return CreatedSecret{};
      case 9:
        return CreateRejected{down()};
      case 10:
        return CreateNotSent{down()};
      default:
        return CreateUnknown{down()};
    }
  }
  Result<void> remove(const AccountKey&, const SecretId& id) override {
    if (id.str() == "gone") return {};
    return fail(down());
  }
  Verification verify(const AccountKey&, const SecretValue&) override { return {}; }
  Verification verify_own(const AccountKey&, const SecretValue&) override { return {}; }
  void sign_in_with(const ClientId&, const SecretValue&) override {}
  std::map<ClientId, Fingerprint> signed_in(const FingerprintKey&) override { return {}; }

 private:
  IssuerLimits limits_;
};

const AccountKey kKey{{Scope::Kind::org, "32b6e34b3d91647abb20e7b8"},
                      ClientId("mdb_sa_id_1234567890abcdef12345678")};

TEST(MeasuredIssuer, TellsHowEachCreateEnded) {
  Noted noted;
  ScriptedIssuer inner;
  MeasuredIssuer issuer(inner, noted);
  EXPECT_TRUE(std::holds_alternative<CreatedSecret>(issuer.create(kKey, 8)));
  EXPECT_TRUE(std::holds_alternative<CreateRejected>(issuer.create(kKey, 9)));
  EXPECT_TRUE(std::holds_alternative<CreateNotSent>(issuer.create(kKey, 10)));
  EXPECT_TRUE(std::holds_alternative<CreateUnknown>(issuer.create(kKey, 11)));
  EXPECT_TRUE(issuer.remove(kKey, SecretId("gone")).has_value());
  EXPECT_FALSE(issuer.remove(kKey, SecretId("other")).has_value());
  EXPECT_THAT(noted.notes, ElementsAre("create created", "create rejected", "create not_sent",
                                       "create unknown", "delete yes", "delete no"));
}

class FullDisk : public Sink {
 public:
  Result<void> preflight() override { return {}; }
  Result<void> write(const Payload& payload) override {
    if (payload.generation > 1) return {};
    return fail(ErrorKind::io, "no space left");
  }
  Result<SinkReading> read(const FingerprintKey&) override { return SinkReading{}; }
  Result<SecretValue> take() override { return SecretValue(); }
  Result<void> adjust() override { return {}; }
};

class FullDisks : public SinkFactory {
 public:
  std::unique_ptr<Sink> make(const SinkSpec&) override { return std::make_unique<FullDisk>(); }
};

TEST(MeasuredSinks, TellHowEachWriteEnded) {
  Noted noted;
  FullDisks inner;
  MeasuredSinks sinks(inner, noted);
  const auto file = sinks.make({SinkName("a"), FileSink(), {}});
  const auto hook = sinks.make({SinkName("b"), NotifyHook(), {}});
  Payload payload;
  payload.generation = 1;
  EXPECT_FALSE(file->write(payload).has_value());
  payload.generation = 2;
  EXPECT_TRUE(hook->write(payload).has_value());
  EXPECT_THAT(noted.notes, ElementsAre("file no", "notify yes"));
}

// Takes 120 ms, and answers no DELETE.
class SlowTransport : public Transport {
 public:
  explicit SlowTransport(VirtualClock& clock) : clock_(clock) {}
  tl::expected<HttpResponse, TransportError> send(const HttpRequest& request,
                                                  const SendOptions&) override {
    clock_.advance(milliseconds(120));
    if (request.method == "DELETE") {
      return tl::make_unexpected(TransportError{TransportError::Reached::maybe_sent, down()});
    }
    return HttpResponse{429, {}, ""};
  }

 private:
  VirtualClock& clock_;
};

TEST(MeasuredTransport, TellsOperationStatusAndLength) {
  Noted noted;
  VirtualClock clock;
  SlowTransport inner(clock);
  MeasuredTransport transport(inner, clock, noted);
  HttpRequest request;
  request.method = "POST";
  request.url = "https://cloud.mongodb.com/api/oauth/token";
  EXPECT_EQ(transport.send(request, {})->status, 429);
  request.method = "DELETE";
  EXPECT_FALSE(transport.send(request, {}).has_value());
  EXPECT_THAT(noted.notes, ElementsAre("token 429 120000", "other 0 120000"));
}

TEST(MeasuredTransport, NamesEachCallAsTheClientDoes) {
  const AccountKey in_project{{Scope::Kind::project, "32b6e34b3d91647abb20e7b9"}, kKey.client_id};
  std::vector<AtlasCall> calls{org_settings_call(kKey.scope)};
  for (const AccountKey& key : {kKey, in_project}) {
    calls.push_back(list_accounts_call(key.scope, 2));
    calls.push_back(get_account_call(key));
    calls.push_back(create_secret_call(key, 8));
    calls.push_back(delete_secret_call(key, SecretId("32b6e34b3d91647abb20e7c0")));
  }
  for (const AtlasCall& call : calls) {
    EXPECT_EQ(operation_of(call.method, "https://cloud.mongodb.com" + call.path), call.operation);
  }
  EXPECT_EQ(operation_of("POST", "http://127.0.0.1:1/api/oauth/revoke"), "revoke");
  EXPECT_EQ(operation_of("GET", "http://127.0.0.1:1/api/atlas/v2/orgs"), "other");
  EXPECT_EQ(operation_of("PATCH", "http://127.0.0.1:1/api/atlas/v2/orgs/a/settings"), "other");
}

}  // namespace
}  // namespace keytide
