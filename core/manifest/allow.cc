#include "core/manifest/allow.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/manifest/redact.h"
#include "core/manifest/text_rules.h"

namespace keytide {
namespace {

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

void check_file(const SinkSpec& sink, const FileSink& file, const AllowList& allow,
                std::vector<AllowProblem>& out) {
  if (!allow.file_roots) return;
  const std::string path = normal_path(file.path);
  const bool is_inside =
      std::any_of(allow.file_roots->begin(), allow.file_roots->end(),
                  [&](const std::string& root) { return is_within(path, normal_path(root)); });
  if (is_inside) return;
  out.push_back({&sink,
                 fmt::format("the path {} is outside of what this source may write to ({})",
                             shown(path), fmt::join(*allow.file_roots, ", ")),
                 "move the file, or add its folder to the source's allow.file_roots"});
}

void check_hook(const SinkSpec& sink, const NotifyHook& hook, const AllowList& allow,
                std::vector<AllowProblem>& out) {
  if (!allow.programs || hook.command.empty()) return;
  const std::string& program = hook.command.front();
  if (contains(*allow.programs, program)) return;
  for (const std::string& allowed : *allow.programs) {
    // A bare name would be looked up in a PATH that the list can't speak for.
    if (allowed.substr(allowed.rfind('/') + 1) != program) continue;
    out.push_back({&sink,
                   fmt::format("the program {} is not named by its whole path", shown(program)),
                   fmt::format("write {}, as the source's allow.programs does", allowed)});
    return;
  }
  out.push_back({&sink, fmt::format("the program {} may not be run by this source", shown(program)),
                 "add its whole path to the source's allow.programs"});
}

// Absent: it may be used. Else why not, and the way out.
std::optional<AllowProblem> refuse_type(const SinkSpec& sink, const AllowList& allow) {
  const std::string_view type = type_of(sink);
  if (allow.sinks) {
    if (contains(*allow.sinks, type)) return std::nullopt;
    return AllowProblem{&sink, fmt::format("{} sinks may not be used by this source", type),
                        fmt::format("add {} to the source's allow.sinks", type)};
  }
  if (!allow.is_remote || !runs_programs(type)) return std::nullopt;
  return AllowProblem{
      &sink, fmt::format("{} sinks run programs, which a git source may not do unasked", type),
      fmt::format("list {} in the source's allow.sinks, and the programs in allow.programs", type)};
}

}  // namespace

bool runs_programs(std::string_view sink_type) {
  return sink_type == "notify" || sink_type == "exec";
}

std::vector<AllowProblem> find_forbidden(const DesiredSecret& secret, const AllowList& allow) {
  std::vector<AllowProblem> out;
  const Scope& scope = secret.account.scope;
  if (allow.orgs && !contains(*allow.orgs, scope.id)) {
    out.push_back({nullptr, fmt::format("{} may not be managed by this source", describe(scope)),
                   "add its id to the source's allow.orgs"});
  }
  for (const SinkSpec& sink : secret.deliver) {
    if (auto refused = refuse_type(sink, allow)) {
      out.push_back(std::move(*refused));
    } else if (const auto* file = std::get_if<FileSink>(&sink.target)) {
      check_file(sink, *file, allow, out);
    } else {
      check_hook(sink, std::get<NotifyHook>(sink.target), allow, out);
    }
  }
  return out;
}

}  // namespace keytide
