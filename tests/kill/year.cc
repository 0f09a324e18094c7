#include "tests/kill/year.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/check.h"
#include "tests/kill/renewal_model.h"

namespace keytide::endurance {
namespace {

using nlohmann::json;

constexpr int kShortHours = 8;
constexpr int kLongHours = 90 * 24;
constexpr Seconds kLongestStep = std::chrono::hours(6);
constexpr std::size_t kBrokenMax = 20;

std::vector<Entry> entries_of(const YearOptions& options) {
  std::vector<Entry> all = make_entries(0, options.short_entries, {"8h"}, 0);
  for (Entry& entry : make_entries(options.short_entries, options.long_entries, {"90d"}, 10)) {
    all.push_back(std::move(entry));
  }
  return all;
}

Instant instant_in(const json& value) {
  const auto parsed = parse_instant(value.get<std::string>());
  CHECK(parsed.has_value(), "keytide and atlas-sim write times that can be read");
  return *parsed;
}

std::optional<Instant> renew_at(const json& row) {
  const json& value = row.at("renew_at");
  return value.is_null() ? std::nullopt : std::optional(instant_in(value));
}

// The end of an overlap: a quarter of the life after the switch, at most a day; the switch comes
// with the create where the clock stands still.
std::optional<Instant> overlap_end(const json& row) {
  std::optional<Instant> end;
  bool has_previous = false;
  for (const json& secret : row.at("secrets")) {
    has_previous = has_previous || secret.at("role") == "previous";
    if (secret.at("role") != "current") continue;
    const Instant created = instant_in(secret.at("created_at"));
    const Seconds life = instant_in(secret.at("expires_at")) - created;
    end = created + std::min<Seconds>(life / 4, std::chrono::hours(24)) + Seconds(1);
  }
  return has_previous ? end : std::nullopt;
}

}  // namespace

Year::Year(const YearOptions& options) : options_(options), fleet_(entries_of(options), "") {
  begin_ = instant_in(json::parse(fleet_.atlas.state()).at("now"));
}

void Year::apply() {
  const testing::RunResult run = fleet_.folder.keytide({"apply", "-auto-approve", "-no-color"});
  ++applies_;
  if (run.exit_code != 0) {
    break_promise(fmt::format("apply {} ended with {}: {}{}", applies_, run.exit_code, run.errors,
                              run.output.substr(0, 1000)));
  }
}

void Year::check() {
  for (const std::string& one : find_unserved(fleet_)) break_promise(one);
  for (const Entry& entry : fleet_.entries()) {
    sign_ins_ += static_cast<std::int64_t>(entry.files.size());
  }
  for (const std::string& one : find_unrecorded(fleet_)) break_promise(one);
}

Year::Outlook Year::look_ahead() {
  const testing::RunResult run = fleet_.folder.keytide({"status", "-json"});
  CHECK(run.exit_code == 0, "the status can be read after an apply");
  Outlook out;
  out.now = instant_in(json::parse(fleet_.atlas.state()).at("now"));
  out.next = out.now + kLongestStep;
  for (const json& row : json::parse(run.output)) {
    for (const std::optional<Instant>& step : {renew_at(row), overlap_end(row)}) {
      if (step && *step > out.now) out.next = std::min(out.next, *step);
    }
  }
  return out;
}

int Year::run() {
  const Instant end = begin_ + std::chrono::hours(24) * options_.days;
  int months = 0;
  while (broken_.empty()) {
    apply();
    check();
    const Outlook ahead = look_ahead();
    hours_ = static_cast<double>((ahead.now - begin_).count()) / 3600;
    if (hours_ >= 24.0 * 30 * (months + 1)) {
      fmt::print("day {:.0f}: {} applies\n", hours_ / 24, applies_);
      std::fflush(stdout);
      ++months;
    }
    if (ahead.next > end) break;
    fleet_.atlas.set_clock(format_instant(ahead.next));
  }
  const double days = hours_ / 24;
  fmt::print("keytide-year: {:.1f} days, {} applies, {} sign-ins of consumers\n", days, applies_,
             sign_ins_);
  compare("8h", options_.short_entries, kShortHours, 0);
  compare("90d", options_.long_entries, kLongHours, options_.short_entries);
  const auto operations = json::parse(fleet_.atlas.requests()).at("byOperation");
  const auto creates = operations.value("createOrgServiceAccountSecret", std::int64_t{0});
  if (creates != made_) {
    break_promise(fmt::format("Atlas saw {} creates, the records have {}", creates, made_));
  }
  for (const std::string& one : broken_) fmt::print("BROKEN: {}\n", one);
  fmt::print("broken promises: {}\n", broken_.size());
  return broken_.empty() ? 0 : 1;
}

// Within 2 %, or within what chance does to so few creates.
void Year::compare(const char* kind, int entries, int lifetime_hours, int first) {
  if (entries == 0) return;
  std::int64_t made = 0;
  for (const AccountRecord& record : fleet_.records()) {
    const auto& all = fleet_.entries();
    const auto at = std::find_if(all.begin(), all.end(), [&](const Entry& entry) {
      return entry.client_id == record.key.client_id.str();
    });
    const auto number = at - all.begin();
    if (number >= first && number < first + entries) made += record.last_attempt;
  }
  made_ += made;
  const ExpectedCreates one = expected_creates(lifetime_hours, hours_, 1);
  const double expected = one.mean * entries;
  const double by_chance = 4 * one.deviation * std::sqrt(entries);
  const double tolerance = std::max(expected * 0.02, by_chance);
  const double off = static_cast<double>(made) - expected;
  fmt::print(
      "  {:>4}: {} entries, {} creates, the model has {:.1f} ({:+.2f} %, {:.2f} % allowed)\n", kind,
      entries, made, expected, off / expected * 100, tolerance / expected * 100);
  if (std::abs(off) > tolerance) {
    break_promise(fmt::format("{}: {} creates, the model has {:.1f}", kind, made, expected));
  }
}

void Year::break_promise(std::string what) {
  if (broken_.size() < kBrokenMax) broken_.push_back(std::move(what));
}

}  // namespace keytide::endurance
