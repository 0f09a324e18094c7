#include "core/plan/digest.h"

#include <fmt/format.h>

#include "core/base/fingerprint.h"

namespace keytide {
namespace {

std::string settings_text(const DesiredSecret& desired) {
  const auto seconds = [](const std::optional<Seconds>& length) {
    return length ? length->count() : -1;
  };
  std::string text = fmt::format(
      "{}|{}|{}|{}|{}|{}|{}|{}", desired.account_name.value_or(""), desired.lifetime.count(),
      seconds(desired.renew_before), seconds(desired.overlap), desired.rotation_id,
      static_cast<int>(desired.foreign), desired.exclusive, static_cast<int>(desired.on_remove));
  for (const SinkSpec& sink : desired.deliver) {
    text += fmt::format("|{}={}/{}", sink.name.str(), target_digest(sink), attributes_digest(sink));
  }
  return text;
}

std::string change_text(const Change& change) {
  std::string text = fmt::format("\n{} {}", name_of(change.action), name_of(change.reason));
  if (change.secret) text += fmt::format(" {}", change.secret->id.str());
  if (change.frees) text += fmt::format(" frees {}", change.frees->str());
  if (change.moved_from) text += fmt::format(" from {}", change.moved_from->str());
  for (const ForeignCut& cut : change.cuts) text += fmt::format(" cuts {}", cut.id.str());
  for (const SinkChange& sink : change.sinks) {
    text += fmt::format(" sink {} {}", static_cast<int>(sink.kind), sink.sink.str());
  }
  return text;
}

}  // namespace

std::string spec_digest(const DesiredSecret* desired) {
  if (desired == nullptr) return "none";
  return sha256_hex(desired->address.str() + "\n" + settings_text(*desired)).substr(0, 16);
}

std::string digest_of(const AccountPlan& account) {
  std::string text = fmt::format("{}\n{}\n{}", account.address.str(), describe(account.key),
                                 account.record ? account.record->version : 0);
  if (account.desired) text += "\n" + settings_text(*account.desired);
  for (const Change& change : account.changes) text += change_text(change);
  if (account.blocked) text += "\nblocked";
  if (account.quarantined) text += "\nquarantined";
  return sha256_hex(text).substr(0, 32);
}

}  // namespace keytide
