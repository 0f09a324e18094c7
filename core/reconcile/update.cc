#include "core/reconcile/update.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "core/reconcile/deliver.h"
#include "core/reconcile/keep.h"
#include "core/reconcile/lease.h"

namespace keytide {
namespace {

const SinkSpec* find_sink(const Run& run, const SinkName& name) {
  const auto& all = run.desired().deliver;
  const auto at =
      std::find_if(all.begin(), all.end(), [&](const SinkSpec& sink) { return sink.name == name; });
  return at == all.end() ? nullptr : &*at;
}

Delivery* find_delivery(AccountRecord& record, const SinkName& name) {
  const auto at = std::find_if(record.deliveries.begin(), record.deliveries.end(),
                               [&](const Delivery& one) { return one.sink == name; });
  return at == record.deliveries.end() ? nullptr : &*at;
}

Result<SecretValue> take_current(Run& run, const OwnedSecret& current) {
  if (auto value = take_from_sinks(run, current)) return value;
  return take_out_of_escrow(run, current);
}

Result<void> adjust_sink(Run& run, const SinkSpec& sink) {
  if (auto held = hold_lease(run); !held) return held;
  if (auto done = run.ports.sinks.make(sink)->adjust(); !done) return done;
  if (Delivery* delivery = find_delivery(run.record, sink.name)) {
    delivery->attributes_digest = attributes_digest(sink);
  }
  return note(run, "sink_adjusted", sink.name.str());
}

Result<void> drop_delivery(Run& run, const SinkName& name) {
  std::erase_if(run.record.deliveries, [&](const Delivery& one) { return one.sink == name; });
  return note(run, "sink_dropped", name.str() + ": its copy is left");
}

// Hooks run once, after all copies: a change of one alone is left to run_hooks where any is made.
Result<void> change_sink(Run& run, const SinkChange& change, const SecretValue* value) {
  if (change.kind == SinkChange::Kind::dropped) return drop_delivery(run, change.sink);
  const SinkSpec* sink = find_sink(run, change.sink);
  if (sink == nullptr) return {};
  if (change.kind == SinkChange::Kind::adjust) return adjust_sink(run, *sink);
  if (sink->is_hook() && value != nullptr) return {};
  return deliver_to(run, *sink, *run.record.with_role(Role::current), value);
}

// A copy that was delivered anew is followed by the hooks, as after a renewal.
Result<void> run_hooks(Run& run) {
  const OwnedSecret current = *run.record.with_role(Role::current);
  for (const SinkSpec& sink : run.desired().deliver) {
    if (!sink.is_hook()) continue;
    if (auto done = deliver_to(run, sink, current, nullptr); !done) return done;
  }
  return {};
}

// Kept for a sink that was late: it has the value now.
Result<void> release_escrow(Run& run) {
  if (!run.record.escrow || run.record.attempt || !is_everywhere(run.record, run.desired())) {
    return {};
  }
  run.record.escrow.reset();
  return note(run, "escrow_erased", "every sink has the current secret");
}

}  // namespace

Result<void> update_entry(Run& run, const Change& change) {
  take_over_settings(run.record, run.desired());
  if (change.moved_from) {
    if (auto moved = note(run, "moved", change.why); !moved) return moved;
  }
  std::optional<SecretValue> value;
  const bool copies = std::any_of(change.sinks.begin(), change.sinks.end(), [&](const auto& one) {
    const SinkSpec* sink = find_sink(run, one.sink);
    return one.kind == SinkChange::Kind::deliver && sink != nullptr && !sink->is_hook();
  });
  if (copies) {
    const OwnedSecret current = *run.record.with_role(Role::current);
    auto taken = take_current(run, current);
    if (!taken) return fail(std::move(taken.error()));
    value = std::move(*taken);
    // Written with the first copy: should the run die after it, the hooks still run.
    for (const SinkSpec& sink : run.desired().deliver) {
      if (sink.is_hook()) mark_begun(run, sink, current);
    }
  }
  std::vector<std::string> problems;
  for (const SinkChange& sink : change.sinks) {
    if (auto done = change_sink(run, sink, value ? &*value : nullptr); !done) {
      problems.push_back(done.error().text());
    }
  }
  // Of several copies that failed in part, the hooks tell those who have theirs.
  if (copies && problems.size() < change.sinks.size()) {
    if (auto done = run_hooks(run); !done) problems.push_back(done.error().text());
  }
  if (!problems.empty()) return fail(ErrorKind::io, fmt::format("{}", fmt::join(problems, "; ")));
  return release_escrow(run);
}

Result<void> forget_entry(Run& run, const Change& change) {
  run.record.managed = false;
  run.record.removed_at = run.ports.issuer.now();
  return note(run, "forgotten", change.why);
}

}  // namespace keytide
