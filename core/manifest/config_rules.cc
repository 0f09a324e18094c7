#include "core/manifest/config_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/manifest/text_rules.h"

namespace keytide {
namespace {

Diagnostic problem_at(const DesiredSecret& secret, std::string problem, std::string way_out) {
  return {Diagnostic::Severity::error, secret.place, std::move(problem), std::move(way_out), ""};
}

void check_escrow(const DesiredSecret& secret, Diagnostics& problems) {
  const auto data_sinks = std::count_if(secret.deliver.begin(), secret.deliver.end(),
                                        [](const SinkSpec& sink) { return !sink.is_hook(); });
  if (data_sinks < 2) return;
  problems.push_back(
      problem_at(secret,
                 fmt::format("{} has {} data sinks, and the configuration says `escrow: none`",
                             secret.address.str(), data_sinks),
                 "take `escrow: none` out of the configuration, or leave one data sink"));
}

bool delivers_to(const DesiredSecret& secret, const std::string& file) {
  return std::any_of(secret.deliver.begin(), secret.deliver.end(), [&](const SinkSpec& sink) {
    const auto* target = std::get_if<FileSink>(&sink.target);
    return target != nullptr && target->format == FileFormat::raw &&
           normal_path(target->path) == file;
  });
}

void check_own(const DesiredSecret& secret, const OwnLogin& login, Diagnostics& problems) {
  const std::string what =
      fmt::format("{} is the account that keytide itself signs in with", secret.address.str());
  if (login.secret_file.empty()) {
    problems.push_back(problem_at(
        secret, what + ", and its secret comes from a variable: a renewal would lock keytide out",
        "name a file with `client_secret: {file: …}` in the configuration, and deliver to it"));
  } else if (!delivers_to(secret, login.secret_file)) {
    problems.push_back(problem_at(
        secret,
        fmt::format("{}, and none of its sinks is the file that its secret is read from: a renewal "
                    "would lock keytide out",
                    what),
        fmt::format("add `- file: {{path: {}, format: raw}}` to its `deliver`",
                    login.secret_file)));
  }
}

}  // namespace

Diagnostics check_entries(const DesiredState& desired, const EscrowConfig& escrow,
                          const std::vector<OwnLogin>& own) {
  Diagnostics problems;
  for (const DesiredSecret& secret : desired.secrets) {
    if (!escrow.is_on) check_escrow(secret, problems);
    for (const OwnLogin& login : own) {
      if (login.client_id == secret.account.client_id.str()) check_own(secret, login, problems);
    }
  }
  return problems;
}

}  // namespace keytide
