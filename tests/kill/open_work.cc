#include "tests/kill/open_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace keytide::endurance {
namespace {

bool is_in_a_delete(const AccountRecord& record) {
  return std::any_of(record.secrets.begin(), record.secrets.end(),
                     [](const OwnedSecret& secret) { return secret.delete_intended; });
}

}  // namespace

OpenWork open_work(const std::vector<AccountRecord>& before,
                   const std::vector<AccountRecord>& after) {
  std::map<AccountKey, std::int64_t> versions;
  for (const AccountRecord& record : before) versions[record.key] = record.version;
  std::array<int, 4> phases{};
  OpenWork open;
  for (const AccountRecord& record : after) {
    open.is_any_open = open.is_any_open || record.attempt.has_value();
    const auto at = versions.find(record.key);
    if (at != versions.end() && at->second == record.version) continue;
    if (record.attempt) ++phases.at(static_cast<std::size_t>(record.attempt->phase));
    if (is_in_a_delete(record)) ++open.deletes;
  }
  const auto of = [&](AttemptPhase phase) { return phases.at(static_cast<std::size_t>(phase)); };
  open.posting = of(AttemptPhase::posting) + of(AttemptPhase::unknown);
  open.created = of(AttemptPhase::created);
  open.verified = of(AttemptPhase::verified);
  return open;
}

void KillCounts::add(const OpenWork& open) {
  ++kills;
  with_an_attempt += open.is_any_open ? 1 : 0;
  in_an_attempt += open.is_in_an_attempt() ? 1 : 0;
  posting += open.posting > 0 ? 1 : 0;
  created += open.created > 0 ? 1 : 0;
  verified += open.verified > 0 ? 1 : 0;
  in_a_delete += open.deletes > 0 ? 1 : 0;
}

void KillCounts::print() const {
  const auto share = [&](int count) {
    return fmt::format("{} ({} %)", count, kills > 0 ? 100 * count / kills : 0);
  };
  print_row("kills", std::to_string(kills));
  print_row("  with an attempt open", share(with_an_attempt));
  print_row("  with one that the run itself was at", share(in_an_attempt));
  print_row("    between W1 and W2", share(posting));
  print_row("    between W2 and W3", share(created));
  print_row("    between W3 and W5", share(verified));
  print_row("  in a delete (W6 to W7)", share(in_a_delete));
}

void print_row(const char* what, const std::string& figure) {
  fmt::print("  {:<44} {}\n", what, figure);
}

}  // namespace keytide::endurance
