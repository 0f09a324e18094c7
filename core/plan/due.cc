#include "core/plan/due.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "core/base/duration.h"

namespace keytide {
namespace {

using MaybeDue = std::optional<Due>;

MaybeDue gone_from_atlas(const Situation& s, const SinkNeeds&) {
  if (!s.gone) return std::nullopt;
  return Due{Reason::gone_from_atlas,
             fmt::format("its secret {} is gone from Atlas", s.gone->masked)};
}

MaybeDue expired(const Situation& s, const SinkNeeds&) {
  const OwnedSecret* current = s.current();
  if (current == nullptr || s.is_live(current->expires_at)) return std::nullopt;
  return Due{Reason::expired,
             fmt::format("expired {} ago", format_coarse(s.now - current->expires_at))};
}

MaybeDue missing(const Situation& s, const SinkNeeds&) {
  if (s.current() != nullptr) return std::nullopt;
  const bool had_one = s.record && s.record->generation > 0;
  return Due{Reason::missing, had_one ? "it has no secret in Atlas any more"
                                      : "keytide has made no secret for it yet"};
}

MaybeDue replace_requested(const Situation& s, const SinkNeeds&) {
  if (!s.replace) return std::nullopt;
  return Due{Reason::replace_requested, "as requested"};
}

MaybeDue rotation_id_changed(const Situation& s, const SinkNeeds&) {
  if (s.desired->rotation_id == s.record->rotation_id) return std::nullopt;
  return Due{
      Reason::rotation_id_changed,
      fmt::format("rotation_id \"{}\" -> \"{}\"", s.record->rotation_id, s.desired->rotation_id)};
}

// A longer lifetime waits for the next renewal; a shorter one only matters where more is left. What
// is left of a new secret may exceed its own lifetime by the second to which clocks are told.
MaybeDue lifetime_shortened(const Situation& s, const SinkNeeds&) {
  if (s.desired->lifetime >= s.record->lifetime) return std::nullopt;
  const Seconds left = s.current()->expires_at - s.now;
  if (left <= s.desired->lifetime) return std::nullopt;
  return Due{Reason::lifetime_shortened,
             fmt::format("{} left, lifetime is now {}", format_coarse(left),
                         format_duration(s.desired->lifetime))};
}

std::string list_of(const std::vector<SinkChange>& sinks) {
  std::vector<std::string> parts;
  for (const SinkChange& sink : sinks) {
    parts.push_back(fmt::format("{}: {}", sink.sink.str(), sink.why));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

// Another sink that holds the value serves a new or a lost one: no new secret is needed then.
MaybeDue new_sink_needs_the_value(const Situation&, const SinkNeeds& needs) {
  if (needs.fresh.empty() || needs.is_at_hand()) return std::nullopt;
  return Due{Reason::new_sink, fmt::format("new sink needs the value: {}", list_of(needs.fresh))};
}

MaybeDue sink_lost(const Situation&, const SinkNeeds& needs) {
  if (needs.lost.empty() || needs.is_at_hand()) return std::nullopt;
  return Due{Reason::sink_lost, fmt::format("sink lost: {}", list_of(needs.lost))};
}

// A sink that is late never causes a create by itself; one whose secret is dead has nothing to
// lose.
MaybeDue half_delivered(const Situation&, const SinkNeeds& needs) {
  if (needs.stranded.empty()) return std::nullopt;
  return Due{Reason::half_delivered,
             fmt::format("half delivered: {} holds a secret that is dead, and nobody has the "
                         "current one's value",
                         needs.stranded.front().str())};
}

MaybeDue renewing(const Situation& s, const SinkNeeds&) {
  if (s.now < *s.renew_at_of_current()) return std::nullopt;
  // The default is a share of the life, to the second: nobody wants to read that.
  const Seconds window = s.windows_of_current().renew_before;
  return Due{
      Reason::renewing,
      fmt::format("expires in {}, renew_before {}", format_coarse(s.current()->expires_at - s.now),
                  s.desired->renew_before ? format_duration(window) : format_coarse(window))};
}

// The order is part of the design: the first that holds is the reason people read.
constexpr std::array kRules{
    gone_from_atlas,           // somebody deleted our secret
    expired,                   // too late for a renewal in time
    missing,                   // never made, or the attempt came to nothing
    replace_requested,         // -replace, rotate
    rotation_id_changed,       // a person asks in the manifest
    lifetime_shortened,        // what is left exceeds what is allowed now
    new_sink_needs_the_value,  // and no sink holds a copy
    sink_lost,                 // and no other sink holds a copy
    half_delivered,            // the same, after a renewal that reached only some
    renewing,                  // time
};

}  // namespace

std::optional<Due> find_due(const Situation& situation, const SinkNeeds& needs) {
  for (const auto& rule : kRules) {
    if (auto due = rule(situation, needs)) return due;
  }
  return std::nullopt;
}

}  // namespace keytide
