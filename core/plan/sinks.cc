#include "core/plan/sinks.h"

#include <fmt/format.h>

#include <algorithm>

namespace keytide {
namespace {

// Why a sink that was delivered does not hold the current value; empty: it does, or nobody knows.
std::string why_lost(const SinkView* view, const OwnedSecret& current) {
  if (view == nullptr || !view->readable) return "";
  if (!view->exists) return "it is gone";
  if (view->fingerprint.empty()) return "it holds no secret value";
  if (view->fingerprint != current.fingerprint) return "it holds another value";
  return "";
}

std::string describe_attributes(const SinkSpec& sink) {
  const auto* file = std::get_if<FileSink>(&sink.target);
  if (file == nullptr) return "";
  std::string text = fmt::format("mode {:04o}", file->mode);
  if (!file->owner.empty()) text += fmt::format(", owner {}", file->owner);
  if (!file->group.empty()) text += fmt::format(", group {}", file->group);
  return text;
}

// A hook runs after deliveries alone; it needs no value, and so never a new secret.
void look_at_hook(const Situation& situation, const SinkSpec& hook, SinkNeeds& needs) {
  const Delivery* last = situation.record->delivery(hook.name);
  if (last == nullptr || last->status == DeliveryStatus::delivered) return;
  needs.hooks.push_back({SinkChange::Kind::deliver, hook.name, "its last run did not succeed"});
}

// `unfinished`: sinks to be written again if another one holds the value; they cause no create.
void look_at(const Situation& situation, const OwnedSecret& current, const SinkSpec& sink,
             SinkNeeds& needs, std::vector<SinkChange>& unfinished) {
  const Delivery* delivery = situation.record->delivery(sink.name);
  const SinkView* view = situation.view_of(sink);
  const bool holds = view != nullptr && view->readable && view->exists &&
                     !view->fingerprint.empty() && view->fingerprint == current.fingerprint;
  if (holds) needs.source = sink.name;
  if (view != nullptr && !view->readable) {
    needs.notes.push_back(fmt::format("{} can't be read: {}", sink.name.str(), view->why));
  }
  if (delivery == nullptr) {
    needs.fresh.push_back({SinkChange::Kind::deliver, sink.name, "new sink"});
  } else if (delivery->target_digest != target_digest(sink)) {
    needs.fresh.push_back({SinkChange::Kind::deliver, sink.name, "new path or format"});
  } else if (const std::string why = why_lost(view, current); !why.empty()) {
    needs.lost.push_back({SinkChange::Kind::deliver, sink.name, why});
  } else if (!holds && delivery->secret_id != current.id) {
    unfinished.push_back({SinkChange::Kind::deliver, sink.name, "it was given another secret"});
  } else if (delivery->status == DeliveryStatus::begun) {
    unfinished.push_back({SinkChange::Kind::deliver, sink.name, "its delivery was interrupted"});
  } else if (delivery->attributes_digest != attributes_digest(sink) ||
             (view != nullptr && view->exists && !view->attributes_match)) {
    needs.adjust.push_back({SinkChange::Kind::adjust, sink.name, describe_attributes(sink)});
  }
}

bool is_in_old_copy(const Situation& situation, const OwnedSecret& current) {
  if (situation.sinks == nullptr || current.fingerprint.empty()) return false;
  const auto& old = situation.sinks->old_views;
  return std::any_of(old.begin(), old.end(), [&](const SinkView& view) {
    return view.readable && view.fingerprint == current.fingerprint;
  });
}

// After a switch without a sink that was late, or half delivered: what it holds works no more.
bool is_served_by_the_dead(const Situation& situation, const SinkName& sink) {
  const Delivery* delivery = situation.record->delivery(sink);
  if (delivery->status != DeliveryStatus::delivered) return false;  // nobody knows what it holds
  const OwnedSecret* held = situation.record->find(delivery->secret_id);
  return held == nullptr || !situation.is_live(held->expires_at);
}

bool is_desired(const DesiredSecret& desired, const SinkName& name) {
  return std::any_of(desired.deliver.begin(), desired.deliver.end(),
                     [&](const SinkSpec& sink) { return sink.name == name; });
}

}  // namespace

SinkNeeds find_sink_needs(const Situation& situation) {
  SinkNeeds needs;
  const OwnedSecret* current = situation.current();
  if (situation.desired == nullptr || current == nullptr) return needs;
  std::vector<SinkChange> unfinished;
  for (const SinkSpec& sink : situation.desired->deliver) {
    if (sink.is_hook()) {
      look_at_hook(situation, sink, needs);
    } else {
      look_at(situation, *current, sink, needs, unfinished);
    }
  }
  needs.in_escrow = situation.is_in_escrow(current->id);
  needs.in_old_copy = is_in_old_copy(situation, *current);
  if (needs.is_at_hand()) {
    needs.lost.insert(needs.lost.end(), unfinished.begin(), unfinished.end());
  } else {
    for (const SinkChange& one : unfinished) {
      if (is_served_by_the_dead(situation, one.sink)) needs.stranded.push_back(one.sink);
    }
  }
  for (const Delivery& delivery : situation.record->deliveries) {
    if (is_desired(*situation.desired, delivery.sink)) continue;
    const bool has_copy = delivery.label != "notify";
    needs.dropped.push_back({SinkChange::Kind::dropped, delivery.sink,
                             has_copy ? "not in the manifest any more: its copy is left"
                                      : "not in the manifest any more"});
  }
  return needs;
}

}  // namespace keytide
