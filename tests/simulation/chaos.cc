#include "tests/simulation/chaos.h"

namespace keytide::simulation {

std::string_view name_of(Trouble trouble) {
  constexpr std::array<std::string_view, kTroubles> kNames{
      "none",         "crash_before", "crash_after", "not_sent",     "lost_reply", "late_commit",
      "server_error", "busy",         "forbidden",   "failed_write", "paused"};
  return kNames[static_cast<std::size_t>(trouble)];
}

Trouble Chaos::note(const std::string& step, Trouble trouble) {
  if (trouble != Trouble::none && left_out_.contains(count_++)) trouble = Trouble::none;
  ++coverage_[step][static_cast<std::size_t>(trouble)];
  return trouble;
}

double Chaos::weight_of(const std::string& step) const {
  const bool is_seldom = step == "W dropped" || step == "W escrow_erased" ||
                         step == "W forgotten" || step == "W moved" || step == "W sink_dropped" ||
                         step == "W spill" || step == "W attempt_aborted" || step == "settings";
  const bool is_rare = step == "W create_unknown" || step == "W create_rejected" ||
                       step == "W create_not_sent" || step == "W attempt_settled" ||
                       step == "W attempt_aborted" || step == "W refreshed";
  return is_seldom && seldom_weight_ > 1 ? seldom_weight_ : is_rare ? 5 : 1;
}

Trouble Chaos::at_call(const std::string& step) {
  const double seldom = step == "settings" ? seldom_weight_ : 1;
  if (random_.chance(mood_.crash * seldom)) {
    return note(step, random_.chance(0.5) ? Trouble::crash_before : Trouble::crash_after);
  }
  // The create is what everything hangs on.
  const double weight = step == "create" ? 4 : seldom;
  if (!random_.chance(mood_.network * weight)) return note(step, Trouble::none);
  constexpr std::array kKinds{Trouble::not_sent,     Trouble::lost_reply, Trouble::late_commit,
                              Trouble::server_error, Trouble::busy,       Trouble::forbidden};
  const auto kind = kKinds[static_cast<std::size_t>(random_.below(kKinds.size()))];
  // Only a create commits late; a 403 on a call that is not the proof ends the tick like a 500.
  return note(step, kind == Trouble::late_commit && step != "create" ? Trouble::lost_reply : kind);
}

Trouble Chaos::at_write(const std::string& step) {
  const double weight = weight_of(step);
  if (random_.chance(mood_.crash * weight)) {
    return note(step, random_.chance(0.5) ? Trouble::crash_before : Trouble::crash_after);
  }
  const double failing = weight == seldom_weight_ ? weight : 1;
  return note(step, random_.chance(mood_.write * failing) ? Trouble::failed_write : Trouble::none);
}

Trouble Chaos::at_save(const std::string& kind) {
  const double weight = weight_of("W " + kind);
  const double pausing = weight == seldom_weight_ ? weight : 1;
  if (random_.chance(mood_.pause * pausing)) return note("W " + kind, Trouble::paused);
  return at_write("W " + kind);
}

bool Chaos::happens(double Mood::*kind, std::string_view what) {
  if (!random_.chance(mood_.*kind)) return false;
  return note(std::string(what), Trouble::failed_write) != Trouble::none;
}

}  // namespace keytide::simulation
