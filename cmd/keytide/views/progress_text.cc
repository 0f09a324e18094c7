#include "cmd/keytide/views/progress_text.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/duration.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

struct Words {
  std::string_view begins;
  std::string_view ends;
};

Words words_of(Action action) {
  switch (action) {
    case Action::create:
      return {"Creating", "Creation"};
    case Action::renew:
      return {"Renewing", "Renewal"};
    case Action::update:
      return {"Updating", "Update"};
    case Action::destroy:
      return {"Destroying", "Destruction"};
    case Action::forget:
      return {"Forgetting", "Removal from the state"};
    case Action::finish:
      return {"Finishing", "Recovery"};
    case Action::import:
      return {"Importing", "Import"};
  }
  return {"Changing", "Change"};
}

std::string length_of(milliseconds elapsed) {
  return format_coarse(std::chrono::duration_cast<Seconds>(elapsed));
}

std::string in_brackets(const std::string& text) {
  return text.empty() ? "" : fmt::format(" ({})", printable(text));
}

bool is_end(Progress::Step step) {
  return step == Progress::Step::finished || step == Progress::Step::failed;
}

// What stands in the rewritten line while the step after this one is awaited.
std::string doing_after(const Progress& progress) {
  switch (progress.step) {
    case Progress::Step::created:
      return "verifying";
    case Progress::Step::verified:
    case Progress::Step::delivered:
      return "delivering";
    case Progress::Step::waiting:
      return "waiting";
    case Progress::Step::switched:
    case Progress::Step::deleted:
      return "recording";
    default:
      break;
  }
  std::string word(words_of(progress.action).begins);
  word[0] = static_cast<char>(word[0] - 'A' + 'a');
  return word;
}

bool is_whole(const ExecuteResult& result, const PlanCounts& planned) {
  return result.failures.empty() && result.not_started == 0 && result.unread_scopes == 0 &&
         planned.blocked == 0 && planned.quarantined == 0;
}

// Cuts at a character, not within one.
std::string fit(std::string text, int columns) {
  const auto limit = static_cast<std::size_t>(columns > 4 ? columns - 1 : 3);
  if (text.size() <= limit) return text;
  std::size_t end = limit - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

std::string render_progress(const Progress& progress, milliseconds elapsed, const Style& style) {
  const std::string who = style.paint(Ink::bold, printable(progress.address.str()) + ":");
  const std::string detail = printable(progress.detail);
  const Words words = words_of(progress.action);
  switch (progress.step) {
    case Progress::Step::started:
      return fmt::format("{} {}...{}", who, words.begins, in_brackets(progress.detail));
    case Progress::Step::created:
      return fmt::format("{} created {}", who, detail);
    case Progress::Step::verified:
      return fmt::format("{} verified", who);
    case Progress::Step::delivered:
      return fmt::format("{} delivered to {}", who, detail);
    case Progress::Step::switched:
      return fmt::format("{} switched to the new secret{}", who, in_brackets(progress.detail));
    case Progress::Step::deleted:
      return fmt::format("{} deleted {}", who, detail);
    case Progress::Step::waiting:
      return fmt::format("{} waiting {}", who, detail);
    case Progress::Step::finished:
      return fmt::format("{} {} complete after {}", who, words.ends, length_of(elapsed));
    case Progress::Step::failed:
      return fmt::format("{} {} after {}: {}", who, style.paint(Ink::red, "Failed"),
                         length_of(elapsed), detail);
  }
  return who;
}

ProgressText::ProgressText(ProgressTextOptions options, Clock& clock,
                           std::function<void(std::string_view)> write)
    : options_(options), clock_(clock), write_(std::move(write)) {}

void ProgressText::on(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  const milliseconds now = clock_.since_boot();
  Flight& flight = flights_.try_emplace(progress.account, Flight{"", "", now}).first->second;
  if (progress.step == Progress::Step::started) flight.begun = now;
  flight.address = printable(progress.address.str());
  flight.doing = doing_after(progress);
  const milliseconds elapsed = now - flight.begun;
  if (is_end(progress.step)) {
    ++(progress.step == Progress::Step::failed ? failed_ : done_);
    flights_.erase(progress.account);
  }
  if (!options_.rewrite || is_end(progress.step)) {
    erase();
    write_(render_progress(progress, elapsed, options_.style) + "\n");
  }
  draw(now);
}

void ProgressText::redraw() {
  const std::lock_guard lock(mutex_);
  draw(clock_.since_boot());
}

void ProgressText::clear() {
  const std::lock_guard lock(mutex_);
  erase();
}

std::string ProgressText::status_line(milliseconds now) const {
  std::string line = fmt::format("[{}/{}]", done_ + failed_, options_.total);
  if (failed_ > 0) line += fmt::format(" {} failed,", failed_);
  line += fmt::format(" {} in flight", flights_.size());
  std::string_view before = ": ";
  for (const auto& [key, flight] : flights_) {
    line += fmt::format("{}{} ({}, {})", before, flight.address, flight.doing,
                        length_of(now - flight.begun));
    before = ", ";
  }
  return fit(std::move(line), options_.columns);
}

void ProgressText::draw(milliseconds now) {
  if (!options_.rewrite) return;
  erase();
  if (flights_.empty()) return;
  write_(status_line(now));
  drawn_ = true;
}

void ProgressText::erase() {
  if (!drawn_) return;
  write_("\r\x1b[K");
  drawn_ = false;
}

std::string apply_line(const ExecuteResult& result, const PlanCounts& planned) {
  const std::string imports =
      result.imported > 0 ? fmt::format("{} imported, ", result.imported) : std::string();
  return fmt::format("{} Secrets: {}{} added, {} changed, {} destroyed.",
                     is_whole(result, planned) ? "Apply complete!" : "Apply incomplete.", imports,
                     result.added, result.changed, result.destroyed);
}

std::string render_failures(const ExecuteResult& result) {
  std::string text;
  for (const EntryFailure& failure : result.failures) {
    text += fmt::format("error: {}: {}\n", printable(failure.address.str()),
                        printable(failure.error.text()));
  }
  return text;
}

std::string render_apply_summary(const ExecuteResult& result, const PlanCounts& planned,
                                 const Style& style) {
  std::string text;
  for (const std::string& warning : result.warnings) {
    text += fmt::format("{} {}\n", style.paint(Ink::yellow, "Warning:"), printable(warning));
  }
  if (!text.empty()) text += "\n";
  const bool complete = is_whole(result, planned);
  text += style.paint(complete ? Ink::green : Ink::red, apply_line(result, planned)) + "\n";
  if (result.forgotten > 0) {
    text += fmt::format("Forgotten: {}.\n", count_of(result.forgotten, "entry", "entries"));
  }
  const auto waits = [&](const char* word, int count) {
    if (count == 0) return;
    text += fmt::format("{}: {}; the plan says the way out.\n", word,
                        count_of(count, "entry", "entries"));
  };
  waits("Blocked", planned.blocked);
  waits("With a quarantined secret", planned.quarantined);
  if (result.unread_scopes > 0) {
    text += fmt::format(
        "Not looked at: {}.\n",
        count_of(result.unread_scopes, "organization or project", "organizations or projects"));
  }
  if (result.not_started > 0) {
    text += fmt::format("Not started: {}.\n", count_of(result.not_started, "entry", "entries"));
  }
  if (!result.failures.empty() || result.not_started > 0) {
    text +=
        "What was begun is recorded: `keytide plan` shows what is left, `keytide apply` finishes "
        "or undoes it. `keytide events ADDR` says what was done so far.\n";
  }
  return text;
}

}  // namespace keytide
