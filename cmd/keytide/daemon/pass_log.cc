#include "cmd/keytide/daemon/pass_log.h"

#include <array>
#include <vector>

namespace keytide {
namespace {

using Step = Progress::Step;

struct Line {
  LogLevel level;
  std::string_view message;
};

Line line_of(Step step) {
  switch (step) {
    case Step::started:
      return {LogLevel::debug, "change begun"};
    case Step::created:
      return {LogLevel::debug, "secret created"};
    case Step::verified:
      return {LogLevel::debug, "secret signs in"};
    case Step::delivered:
      return {LogLevel::debug, "sink has it"};
    case Step::switched:
      return {LogLevel::info, "secret renewed"};
    case Step::deleted:
      return {LogLevel::info, "secret deleted"};
    case Step::waiting:
      return {LogLevel::debug, "waiting"};
    case Step::finished:
      return {LogLevel::debug, "change done"};
    case Step::failed:
      // Told once, for as long as it lasts, by the chronicle.
      return {LogLevel::debug, "change failed"};
  }
  return {LogLevel::debug, "change"};
}

// What nobody expects to happen unseen.
Line line_of(const Progress& progress) {
  const bool is_over = progress.step == Step::finished;
  if (is_over && progress.action == Action::forget) return {LogLevel::info, "entry forgotten"};
  if (is_over && progress.action == Action::import) return {LogLevel::info, "secret imported"};
  const bool is_first = progress.action == Action::create;
  if (progress.step == Step::switched && is_first) {
    return {LogLevel::info, "first secret made and delivered"};
  }
  return line_of(progress.step);
}

}  // namespace

void PassLog::write(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  std::vector<LogField> all{{"reconcile_id", id_}};
  all.insert(all.end(), fields.begin(), fields.end());
  log_.write(level, message, all);
}

void PassLog::on(const Progress& progress) {
  const Line line = line_of(progress);
  const std::array fields{LogField{"address", progress.address.str()},
                          LogField{"account", describe(progress.account)},
                          LogField{"detail", progress.detail}};
  write(line.level, line.message, fields);
}

}  // namespace keytide
