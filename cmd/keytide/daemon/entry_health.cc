#include "cmd/keytide/daemon/entry_health.h"

#include <algorithm>
#include <array>

namespace keytide {
namespace {

int count_role(const StatusRow& row, std::string_view role) {
  return static_cast<int>(std::count_if(row.secrets.begin(), row.secrets.end(),
                                        [&](const StatusSecret& one) { return one.role == role; }));
}

bool is_behind(const StatusSink& sink) {
  return sink.status == "pending" || sink.status == "begun" || sink.status == "lost";
}

// What an entry may be, in the order in which it is asked.
struct Facts {
  const StatusRow& row;
  bool is_served = false;  // a living secret, and every sink has it
  bool lives = false;
  int failures = 0;
};
struct Verdict {
  std::string_view word;
  bool ready;  // where it is served
  bool (*holds)(const Facts&);
};
constexpr std::array kVerdicts{
    Verdict{"Unmanaged", true, [](const Facts& f) { return f.row.phase == Phase::unmanaged; }},
    Verdict{"Suspended", true, [](const Facts& f) { return f.row.phase == Phase::suspended; }},
    Verdict{"Unknown", false, [](const Facts& f) { return f.row.phase == Phase::unknown; }},
    Verdict{"Blocked", false, [](const Facts& f) { return f.row.phase == Phase::blocked; }},
    Verdict{"Failing", false, [](const Facts& f) { return f.failures > 0; }},
    Verdict{"Missing", false,
            [](const Facts& f) { return !f.lives && f.row.current() == nullptr; }},
    Verdict{"Expired", false, [](const Facts& f) { return !f.lives; }},
    Verdict{"SinksBehind", false, [](const Facts& f) { return !f.is_served; }},
    Verdict{"Renewing", true, [](const Facts& f) { return f.row.phase == Phase::due; }},
    Verdict{"Ready", true, [](const Facts&) { return true; }},
};

}  // namespace

const std::vector<std::string_view>& reason_words() {
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> all;
    for (const Verdict& one : kVerdicts) all.push_back(one.word);
    return all;
  }();
  return words;
}

EntryHealth health_of(const StatusRow& row, Instant now, const EntryHealth* before) {
  EntryHealth out;
  out.address = row.address;
  out.scope = row.key.scope;
  out.owner = row.owner;
  out.phase = row.phase;
  const StatusSecret* current = row.current();
  if (current != nullptr) out.expires_at = current->expires_at;
  out.renew_at = row.renew_at;
  out.renewed_at = row.switched_at;
  out.failures = row.waiting ? row.waiting->failures : 0;
  out.slots_taken = static_cast<int>(row.secrets.size());
  out.orphans = count_role(row, "orphan");
  out.quarantined = count_role(row, "quarantined");
  out.sinks = static_cast<int>(row.sinks.size());
  out.sinks_behind = static_cast<int>(std::count_if(row.sinks.begin(), row.sinks.end(), is_behind));
  const bool lives = current != nullptr && current->expires_at > now;
  const Facts facts{row, lives && out.sinks_behind == 0, lives, out.failures};
  const auto verdict = std::find_if(kVerdicts.begin(), kVerdicts.end(),
                                    [&](const Verdict& one) { return one.holds(facts); });
  out.reason = verdict->word;
  out.ready = verdict->ready && (facts.is_served || row.phase == Phase::unmanaged);
  out.why = out.failures > 0 ? row.waiting->why : row.reason;
  const bool is_done = out.ready && row.planned.empty();
  if (is_done) {
    out.last_success_at = now;
  } else if (before != nullptr) {
    out.last_success_at = before->last_success_at;
  }
  return out;
}

}  // namespace keytide
