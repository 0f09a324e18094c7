#include "core/plan/waiting.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/duration.h"
#include "core/model/back_off.h"
#include "core/plan/digest.h"

namespace keytide {
namespace {

std::optional<Deadline> deadline_of(const Situation& s) {
  if (const OwnedSecret* current = s.current()) {
    return Deadline{current->expires_at,
                    deadline_window(s.life_of(*current), chain_time_of(s.record->chain_times))};
  }
  // Served once, and nothing is left of it: an emergency since the last try.
  if (s.record->generation > 0) return Deadline{s.record->failures->last_at, Seconds(0)};
  return std::nullopt;
}

// What is only written down costs nothing to try.
bool never_waits(const Change& change) {
  return change.action == Action::forget || change.reason == Reason::settled;
}

}  // namespace

std::optional<Waiting> find_waiting(const Situation& s) {
  if (!s.record || !s.record->failures || s.replace) return std::nullopt;
  const Failures& failures = *s.record->failures;
  if (failures.spec != spec_digest(s.desired)) return std::nullopt;
  return Waiting{failures.count, failures.last_at, next_try_at(failures, deadline_of(s)),
                 failures.why, false};
}

void apply_back_off(const Situation& s, AccountPlan& out) {
  auto waiting = find_waiting(s);
  if (!waiting || std::all_of(out.changes.begin(), out.changes.end(), never_waits)) return;
  waiting->holds = s.input->options.unattended && s.now < waiting->next_try;
  if (waiting->holds) {
    // An entry is forgotten last: what goes before that would be left behind.
    std::erase_if(out.changes,
                  [](const Change& change) { return change.reason != Reason::settled; });
    out.notes.push_back(fmt::format("waiting: next try in {} after {}: {}",
                                    format_coarse(waiting->next_try - s.now),
                                    failures_text(waiting->failures), waiting->why));
  } else if (s.now < waiting->next_try) {
    out.notes.push_back(fmt::format("{}, the last {} ago: {}; an apply tries again at once",
                                    failures_text(waiting->failures),
                                    format_coarse(s.now - waiting->failed_at), waiting->why));
  }
  out.waiting = std::move(waiting);
}

}  // namespace keytide
