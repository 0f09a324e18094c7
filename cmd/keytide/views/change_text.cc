#include "cmd/keytide/views/change_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/duration.h"
#include "core/model/policy.h"
#include "core/model/schedule.h"

namespace keytide {
namespace {

constexpr std::string_view kKnownAfterApply = "(known after apply)";
constexpr std::string_view kSensitive = "(sensitive value)";

struct Attribute {
  char sign = ' ';  // '+', '~', '-' or a blank for what stays
  std::string name;
  std::string value;
};

std::string quoted(std::string_view text) { return fmt::format("\"{}\"", printable(text)); }

std::string paint_sign(char sign, const Style& style) {
  const std::string text(1, sign);
  if (sign == '+') return style.paint(Ink::green, text);
  if (sign == '~') return style.paint(Ink::yellow, text);
  if (sign == '-') return style.paint(Ink::red, text);
  return text;
}

std::string render_attributes(const std::vector<Attribute>& attributes, const Style& style) {
  std::size_t width = 0;
  for (const Attribute& one : attributes) width = std::max(width, one.name.size());
  std::string text;
  for (const Attribute& one : attributes) {
    text += fmt::format("      {} {:{}} = {}\n", paint_sign(one.sign, style), one.name, width,
                        one.value);
  }
  return text;
}

std::string in_or_ago(Instant at, Instant now) {
  return at >= now ? fmt::format("in {}", format_coarse(at - now))
                   : fmt::format("{} ago", format_coarse(now - at));
}

std::string moment(Instant at, Instant now) {
  return fmt::format("{} ({})", format_instant(at), in_or_ago(at, now));
}

void add_account(const AccountPlan& account, char sign, std::vector<Attribute>& to) {
  to.push_back({sign, "client_id", quoted(account.key.client_id.str())});
  const Scope& scope = account.key.scope;
  to.push_back({sign, scope.kind == Scope::Kind::org ? "org" : "project", quoted(scope.id)});
  if (account.desired && !account.desired->owner.empty()) {
    to.push_back({sign, "owner", quoted(account.desired->owner)});
  }
}

std::string describe_sink(const SinkSpec& sink) {
  const auto* file = std::get_if<FileSink>(&sink.target);
  if (file == nullptr) return "runs after the data sinks";
  std::string text = fmt::format("{}, mode {:04o}", name_of(file->format), file->mode);
  if (!file->owner.empty()) text += ", owner " + printable(file->owner);
  if (!file->group.empty()) text += ", group " + printable(file->group);
  return text;
}

std::string render_sinks(const DesiredSecret& desired, char sign, const Style& style) {
  std::string text;
  for (const SinkSpec& sink : desired.deliver) {
    text += fmt::format("      {} deliver {}  # {}\n", paint_sign(sign, style),
                        quoted(sink.name.str()), describe_sink(sink));
  }
  return text;
}

void add_secret(const OwnedSecret& secret, char sign, Instant now, std::vector<Attribute>& to) {
  to.push_back({sign, "id", quoted(secret.id.str())});
  to.push_back({sign, "secret", printable(secret.masked)});
  to.push_back({sign, "expires_at", moment(secret.expires_at, now)});
  if (secret.last_used_at) {
    to.push_back({sign, "last_used_at", moment(*secret.last_used_at, now)});
  }
}

bool destroys(const AccountPlan& account, const SecretId& id) {
  return std::any_of(account.changes.begin(), account.changes.end(), [&](const Change& change) {
    return change.action == Action::destroy && change.secret && change.secret->id == id;
  });
}

// What becomes of the secret that is replaced: the thing a person fears for.
std::string render_old_secret(const AccountPlan& account, const OwnedSecret& old, Instant now) {
  const std::string name = printable(old.masked);
  if (destroys(account, old.id)) {
    return fmt::format("        # the old secret {} is deleted in this run\n", name);
  }
  if (old.expires_at <= now) {
    return fmt::format("        # the old secret {} has expired\n", name);
  }
  const DesiredSecret& desired = *account.desired;
  const Seconds overlap =
      windows_of(desired.lifetime, desired.renew_before, desired.overlap).overlap;
  const Seconds limit = IssuerLimits{}.cut;
  const std::string end = old.expires_at - now > limit
                              ? fmt::format("is cut to {} by the create", format_duration(limit))
                              : fmt::format("expires in {}", format_coarse(old.expires_at - now));
  return fmt::format("        # the old secret {} {}; it is deleted {} after the switch\n", name,
                     end, format_duration(overlap));
}

std::string render_victim(const AccountPlan& account, const SecretId& id) {
  const OwnedSecret* victim = account.record ? account.record->find(id) : nullptr;
  const std::string name =
      victim != nullptr ? fmt::format("{} ({})", printable(victim->masked), id.str()) : id.str();
  return fmt::format("        # {} is deleted first: it takes the slot that the new one needs\n",
                     name);
}

std::string render_cut(const ForeignCut& cut, Instant now) {
  const Seconds limit = IssuerLimits{}.cut;
  const std::string used =
      cut.last_used_at ? "last used " + moment(*cut.last_used_at, now) : "never used";
  return fmt::format("          {} ({}), {}\n            expires {} -> cut to {}\n",
                     cut.masked.empty() ? "(no mask)" : printable(cut.masked), cut.id.str(), used,
                     moment(cut.expires_at, now), format_duration(limit));
}

std::string render_cuts(const Change& change, Instant now, const Style& style) {
  if (change.cuts.empty()) return "";
  const bool one = change.cuts.size() == 1;
  std::string text =
      fmt::format("      {} This shortens the life of {} that keytide did not make:\n",
                  style.paint(Ink::red, "!"), one ? "a live secret" : "live secrets");
  for (const ForeignCut& cut : change.cuts) text += render_cut(cut, now);
  if (change.cuts_approved) {
    text += fmt::format("        {}: consent was given for this entry.\n",
                        style.paint(Ink::green, "Approved"));
  } else {
    text += fmt::format(
        "        {}: answer \"yes\" to this plan, save it with -out and apply the file,\n"
        "        or allow it with -allow-foreign-cut or `foreign: cut` in the manifest.\n",
        style.paint(Ink::red, "Needs consent"));
  }
  return text;
}

std::string body_of_new_secret(const AccountPlan& account, const Change& change, Instant now,
                               const Style& style) {
  const bool renews = change.action == Action::renew;
  const char sign = renews ? ' ' : '+';
  std::vector<Attribute> attributes;
  add_account(account, sign, attributes);
  if (account.desired) {
    attributes.push_back({sign, "lifetime", quoted(format_duration(account.desired->lifetime))});
  }
  const std::string known(kKnownAfterApply);
  if (renews && change.secret) {
    const OwnedSecret& old = *change.secret;
    attributes.push_back({'~', "id", quoted(old.id.str()) + " -> " + known});
    attributes.push_back({'~', "expires_at", format_instant(old.expires_at) + " -> " + known});
    attributes.push_back({'~', "secret", printable(old.masked) + " -> " + std::string(kSensitive)});
  } else {
    attributes.push_back({'+', "id", known});
    attributes.push_back({'+', "expires_at", known});
    attributes.push_back({'+', "secret", std::string(kSensitive)});
  }
  std::string text = render_attributes(attributes, style);
  if (account.desired) text += render_sinks(*account.desired, sign, style);
  if (change.frees) text += render_victim(account, *change.frees);
  if (renews && change.secret && account.desired && change.frees != change.secret->id) {
    text += render_old_secret(account, *change.secret, now);
  }
  return text + render_cuts(change, now, style);
}

std::string render_sink_change(const SinkChange& change, const Style& style) {
  const char sign = change.kind == SinkChange::Kind::deliver  ? '+'
                    : change.kind == SinkChange::Kind::adjust ? '~'
                                                              : '-';
  return fmt::format("      {} deliver {}  # {}\n", paint_sign(sign, style),
                     quoted(change.sink.str()), printable(change.why));
}

std::string body_of_update(const AccountPlan& account, const Change& change, const Style& style) {
  std::vector<Attribute> attributes;
  add_account(account, ' ', attributes);
  std::string text = render_attributes(attributes, style);
  const std::string sign = paint_sign('~', style);
  if (change.moved_from && *change.moved_from != account.address) {
    text += fmt::format("      {} moved from {}\n", sign, quoted(change.moved_from->str()));
  } else if (change.moved_from) {
    text += fmt::format("      {} managed = false -> true\n", sign);
  }
  for (const SinkChange& sink : change.sinks) text += render_sink_change(sink, style);
  return text;
}

std::string body_of_forget(const AccountPlan& account, Instant now, const Style& style) {
  std::vector<Attribute> attributes;
  add_account(account, ' ', attributes);
  std::string text = render_attributes(attributes, style);
  if (!account.record) return text;
  for (const OwnedSecret& secret : account.record->secrets) {
    text += fmt::format("        # {} ({}) expires {}\n", printable(secret.masked),
                        name_of(secret.role), moment(secret.expires_at, now));
  }
  for (const Delivery& delivery : account.record->deliveries) {
    text += fmt::format("        # the copy in {} is left\n", printable(delivery.sink.str()));
  }
  return text;
}

std::string body_of_secret(const AccountPlan& account, const Change& change, char sign, Instant now,
                           const Style& style) {
  std::vector<Attribute> attributes;
  add_account(account, ' ', attributes);
  if (change.secret) add_secret(*change.secret, sign, now, attributes);
  std::string text = render_attributes(attributes, style);
  if (change.action == Action::finish && account.desired) {
    text += render_sinks(*account.desired, '+', style);
  }
  return text;
}

std::string body_of(const AccountPlan& account, const Change& change, Instant now,
                    const Style& style) {
  switch (change.action) {
    case Action::create:
    case Action::renew:
      return body_of_new_secret(account, change, now, style);
    case Action::update:
      return body_of_update(account, change, style);
    case Action::destroy:
      return body_of_secret(account, change, '-', now, style);
    case Action::forget:
      return body_of_forget(account, now, style);
    case Action::finish:
    case Action::import:
      return body_of_secret(account, change, ' ', now, style);
  }
  return "";
}

// An entry is not destroyed, one of its secrets is: the header says which.
std::string subject_of(const AccountPlan& account, const Change& change) {
  const std::string address = printable(account.address.str());
  if (change.action != Action::destroy || !change.secret) return address;
  return fmt::format("{}: {} secret", address, name_of(change.secret->role));
}

}  // namespace

std::string_view participle_of(Action action) {
  switch (action) {
    case Action::create:
      return "created";
    case Action::renew:
      return "renewed";
    case Action::update:
      return "updated in-place";
    case Action::destroy:
      return "destroyed";
    case Action::forget:
      return "forgotten";
    case Action::finish:
      return "finished";
    case Action::import:
      return "imported";
  }
  return "changed";
}

Ink ink_of(Action action) {
  switch (action) {
    case Action::create:
    case Action::renew:
      return Ink::green;
    case Action::update:
    case Action::finish:
    case Action::import:
      return Ink::yellow;
    case Action::destroy:
      return Ink::red;
    case Action::forget:
      return Ink::faint;
  }
  return Ink::bold;
}

std::string render_change(const AccountPlan& account, const Change& change, Instant now,
                          const Style& style) {
  std::string header =
      fmt::format("# {} will be {}", subject_of(account, change), participle_of(change.action));
  if (!change.why.empty()) header += fmt::format(" ({})", printable(change.why));
  const std::string symbol = fmt::format("{:>3}", symbol_of(change.action));
  return fmt::format("  {}\n{} secret {} {{\n{}    }}\n", style.paint(Ink::bold, header),
                     style.paint(ink_of(change.action), symbol), quoted(account.address.str()),
                     body_of(account, change, now, style));
}

}  // namespace keytide
