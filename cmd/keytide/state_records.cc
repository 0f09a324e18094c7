#include "cmd/keytide/state_records.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "core/manifest/words.h"

namespace keytide {
namespace {

using Candidates = std::vector<const AccountRecord*>;

// The record that a manifest names wins over one that is only kept until it expires.
Candidates candidates(const std::vector<AccountRecord>& all, const std::string& name) {
  Candidates same_address;
  Candidates managed;
  for (const AccountRecord& record : all) {
    if (record.key.client_id.str() == name) return {&record};
    if (record.address.str() != name) continue;
    same_address.push_back(&record);
    if (record.managed) managed.push_back(&record);
  }
  return managed.size() == 1 ? managed : same_address;
}

std::string unknown(const std::vector<AccountRecord>& all, const std::string& name) {
  std::vector<std::string_view> addresses;
  for (const AccountRecord& record : all) addresses.push_back(record.address.str());
  const std::string_view near = nearest_word(name, addresses);
  return fmt::format("the state has no record of {}{}", name,
                     near.empty() ? "" : fmt::format(" (did you mean {}?)", near));
}

std::string ambiguous(const Candidates& found, const std::string& name) {
  std::vector<std::string> ids;
  for (const AccountRecord* record : found) ids.push_back(record->key.client_id.str());
  return fmt::format("{} records have the address {}: name the one you mean by its client_id ({})",
                     found.size(), name, fmt::join(ids, ", "));
}

}  // namespace

Result<std::vector<AccountRecord>> find_records(const std::vector<AccountRecord>& all,
                                                const std::vector<std::string>& names) {
  std::vector<AccountRecord> found;
  std::vector<std::string> problems;
  bool is_unknown = false;
  for (const std::string& name : names) {
    const Candidates chosen = candidates(all, name);
    if (chosen.empty()) problems.push_back(unknown(all, name));
    if (chosen.size() > 1) problems.push_back(ambiguous(chosen, name));
    is_unknown = is_unknown || chosen.empty();
    if (chosen.size() != 1) continue;
    const bool again = std::any_of(found.begin(), found.end(), [&](const AccountRecord& one) {
      return one.key == chosen.front()->key;
    });
    if (!again) found.push_back(*chosen.front());
  }
  if (problems.empty()) return found;
  return fail(is_unknown ? ErrorKind::not_found : ErrorKind::invalid,
              fmt::format("{}; `keytide state list` lists all records", fmt::join(problems, "; ")));
}

}  // namespace keytide
