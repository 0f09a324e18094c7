// Records and events with every field set, for the tests of the stores.
#pragma once

#include <string>

#include "core/model/record.h"

namespace keytide {

inline Instant second(std::int64_t count) { return Instant(Seconds(count)); }

inline AccountKey account_key(const std::string& client_id) {
  return {{Scope::Kind::org, "32b6e34b3d91647abb20e7b8"}, ClientId(client_id)};
}

inline AccountRecord full_record(const std::string& client_id) {
  AccountRecord record;
  record.key = account_key(client_id);
  record.address = Address("billing-exporter");
  record.managed = false;
  record.generation = 7;
  record.last_attempt = 12;
  record.rotation_id = "2026-11 \"quoted\" ünïcode";
  record.lifetime = Seconds(60 * 86400);
  record.overlap = Seconds(86400);
  record.on_remove = OnRemove::retire;
  record.owner = "team-billing";
  record.switched_at = second(1764000000);
  record.removed_at = second(1764000001);
  record.secrets = {
      {SecretId("65f00000000000000000000a"), Role::current, "mdb_sa_sk_...abcd", second(1763000000),
       second(1768000000), second(1763500000), 7, 1438, Fingerprint("0123456789abcdef"), false},
      {SecretId("65f00000000000000000000b"), Role::previous, "", second(1760000000),
       second(1763900000), std::nullopt, 6, 1400, Fingerprint("fedcba9876543210"), true, true}};
  record.deliveries = {
      {SinkName("file:/run/b/atlas.env"), DeliveryStatus::delivered,
       SecretId("65f00000000000000000000a"), 7, "aa", "bb", "/run/b/atlas.env", second(1763000010)},
      {SinkName("notify:reload"), DeliveryStatus::begun, SecretId("65f00000000000000000000a"), 7,
       "cc", "", "", Instant()}};
  record.attempt = Attempt{12,
                           AttemptPhase::unknown,
                           second(1764000100),
                           1437,
                           {SecretId("65f00000000000000000000b"), SecretId("a b\nc")},
                           "it expires in 6d",
                           true,
                           "2026-11",
                           Seconds(60 * 86400)};
  record.ended = {{10, AttemptEnd::Outcome::aborted, second(1762000000)},
                  {11, AttemptEnd::Outcome::not_sent, second(-5)}};
  record.open_tags = {{8,
                       AttemptPhase::unknown,
                       second(1761000000),
                       1436,
                       {SecretId("65f00000000000000000000c"), SecretId("65f00000000000000000000d")},
                       "",
                       true},
                      {9, AttemptPhase::unknown, second(1761500000), 8, {}, "", false}};
  record.escrow = Escrowed{SecretId("65f00000000000000000000a"), "s1:0123:abcd=="};
  record.failures = Failures{3, second(1764000200), "sink a: no space", "0123456789abcdef"};
  record.chain_times = {Seconds(12), Seconds(130)};
  return record;
}

inline AccountRecord plain_record(const std::string& client_id, const std::string& address) {
  AccountRecord record;
  record.key = account_key(client_id);
  record.address = Address(address);
  return record;
}

inline Event event_at(std::int64_t at, const std::string& kind, const std::string& address = "a") {
  return {second(at), "apply by root@host", Address(address), "mdb_sa_id_1 in org 1", kind,
          "why",      second(at + 1)};
}

}  // namespace keytide
