#include "core/model/record.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/check.h"

namespace keytide {
namespace {

template <class E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

constexpr std::size_t kEndedKept = 16;

constexpr Names<Role, 6> kRoles{{{Role::current, "current"},
                                 {Role::previous, "previous"},
                                 {Role::fresh, "fresh"},
                                 {Role::orphan, "orphan"},
                                 {Role::quarantined, "quarantined"},
                                 {Role::reclaimed, "reclaimed"}}};
constexpr Names<DeliveryStatus, 2> kStatuses{
    {{DeliveryStatus::begun, "begun"}, {DeliveryStatus::delivered, "delivered"}}};
constexpr Names<AttemptPhase, 4> kPhases{{{AttemptPhase::posting, "posting"},
                                          {AttemptPhase::unknown, "unknown"},
                                          {AttemptPhase::created, "created"},
                                          {AttemptPhase::verified, "verified"}}};
using Outcome = AttemptEnd::Outcome;
constexpr Names<Outcome, 6> kOutcomes{{{Outcome::switched, "switched"},
                                       {Outcome::rejected, "rejected"},
                                       {Outcome::not_sent, "not_sent"},
                                       {Outcome::aborted, "aborted"},
                                       {Outcome::lost, "lost"},
                                       {Outcome::died, "died"}}};

template <class E, std::size_t N>
std::string_view name_in(const Names<E, N>& names, E value) {
  for (const auto& [candidate, name] : names) {
    if (candidate == value) return name;
  }
  CHECK(false, "every value of an enumeration has a name");
  return "";
}

template <class E, std::size_t N>
std::optional<E> value_in(const Names<E, N>& names, std::string_view name) {
  for (const auto& [value, candidate] : names) {
    if (candidate == name) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Role role) { return name_in(kRoles, role); }
std::string_view name_of(DeliveryStatus status) { return name_in(kStatuses, status); }
std::string_view name_of(AttemptPhase phase) { return name_in(kPhases, phase); }
std::string_view name_of(Outcome outcome) { return name_in(kOutcomes, outcome); }
std::optional<Role> role_from(std::string_view name) { return value_in(kRoles, name); }
std::optional<DeliveryStatus> delivery_status_from(std::string_view name) {
  return value_in(kStatuses, name);
}
std::optional<AttemptPhase> attempt_phase_from(std::string_view name) {
  return value_in(kPhases, name);
}
std::optional<Outcome> attempt_outcome_from(std::string_view name) {
  return value_in(kOutcomes, name);
}

bool counts_for_loop_guard(Outcome outcome) {
  return outcome == Outcome::aborted || outcome == Outcome::lost || outcome == Outcome::died;
}

const OwnedSecret* AccountRecord::find(const SecretId& id) const {
  const auto found = std::find_if(secrets.begin(), secrets.end(),
                                  [&](const OwnedSecret& secret) { return secret.id == id; });
  return found == secrets.end() ? nullptr : &*found;
}

const OwnedSecret* AccountRecord::with_role(Role role) const {
  const auto found = std::find_if(secrets.rbegin(), secrets.rend(),
                                  [&](const OwnedSecret& secret) { return secret.role == role; });
  return found == secrets.rend() ? nullptr : &*found;
}

OwnedSecret* AccountRecord::find(const SecretId& id) {
  return const_cast<OwnedSecret*>(std::as_const(*this).find(id));
}

OwnedSecret* AccountRecord::with_role(Role role) {
  return const_cast<OwnedSecret*>(std::as_const(*this).with_role(role));
}

const Delivery* AccountRecord::delivery(const SinkName& sink) const {
  const auto found = std::find_if(deliveries.begin(), deliveries.end(),
                                  [&](const Delivery& one) { return one.sink == sink; });
  return found == deliveries.end() ? nullptr : &*found;
}

void AccountRecord::add_chain_time(Seconds length) {
  chain_times.push_back(length);
  if (chain_times.size() > kChainTimesKept) chain_times.erase(chain_times.begin());
}

void AccountRecord::end_attempt(AttemptEnd::Outcome outcome, Instant at) {
  CHECK(attempt.has_value(), "only an open attempt is closed");
  ended.push_back({attempt->number, outcome, at});
  attempt.reset();
  // What the loop guard counts is not pushed out by what it does not.
  const auto is_spare = [&](const AttemptEnd& end) {
    return !counts_for_loop_guard(end.outcome) || end.at + std::chrono::hours(24) < at;
  };
  while (ended.size() > kEndedKept) {
    const auto spare = std::find_if(ended.begin(), ended.end(), is_spare);
    if (spare == ended.end()) return;
    ended.erase(spare);
  }
}

}  // namespace keytide
