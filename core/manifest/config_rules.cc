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

bool is_in(const std::string& path, const std::string& folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

bool is_own_secret(const DesiredSecret& secret, const std::string& path, const HostRules& host) {
  return std::any_of(host.own.begin(), host.own.end(), [&](const OwnLogin& login) {
    return login.secret_file == path && login.client_id == secret.account.client_id.str();
  });
}

void check_targets(const DesiredSecret& secret, const HostRules& host, Diagnostics& problems) {
  for (const SinkSpec& sink : secret.deliver) {
    const auto* file = std::get_if<FileSink>(&sink.target);
    if (file == nullptr) continue;
    const std::string path = normal_path(file->path);
    const bool is_taken =
        std::find(host.own_files.begin(), host.own_files.end(), path) != host.own_files.end() ||
        std::any_of(host.own_folders.begin(), host.own_folders.end(),
                    [&](const std::string& folder) { return is_in(path, folder); });
    if (!is_taken || is_own_secret(secret, path, host)) continue;
    Diagnostic problem =
        problem_at(secret,
                   fmt::format("{} would write over {}, which keytide itself lives by",
                               secret.address.str(), path),
                   "name another path");
    if (!sink.place.file.empty()) problem.place = sink.place;
    problems.push_back(std::move(problem));
  }
}

}  // namespace

Diagnostics check_entries(const DesiredState& desired, const HostRules& host) {
  Diagnostics problems;
  for (const DesiredSecret& secret : desired.secrets) {
    if (!host.escrow.is_on) check_escrow(secret, problems);
    for (const OwnLogin& login : host.own) {
      if (login.client_id == secret.account.client_id.str()) check_own(secret, login, problems);
    }
    check_targets(secret, host, problems);
  }
  return problems;
}

}  // namespace keytide
