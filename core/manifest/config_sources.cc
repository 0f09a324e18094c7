#include "core/manifest/config_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/duration.h"
#include "core/manifest/git_url.h"
#include "core/manifest/text_rules.h"

namespace keytide {
namespace {

std::optional<std::vector<std::string>> texts_of(YamlValue map, std::string_view key) {
  const auto list = map.find(key);
  if (!list) return std::nullopt;
  std::vector<std::string> out;
  for (const YamlValue item : list->items()) out.emplace_back(item.text());
  return out;
}

AllowList read_allow(YamlValue allow) {
  AllowList out;
  out.orgs = texts_of(allow, "orgs");
  out.file_roots = texts_of(allow, "file_roots");
  out.sinks = texts_of(allow, "sinks");
  out.programs = texts_of(allow, "programs");
  if (out.file_roots) {
    for (std::string& root : *out.file_roots) root = normal_path(root);
  }
  return out;
}

std::string text_of(YamlValue map, std::string_view key) {
  const auto value = map.find(key);
  return value ? std::string(value->text()) : "";
}

bool is_commit_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

GitConfig read_git(YamlValue git, YamlValue url, const JoinPath& join, Report& report) {
  GitConfig out;
  out.url = std::string(url.text());
  if (auto problem = check_git_url(out.url)) {
    report.error(url, std::move(problem->problem), std::move(problem->way_out));
  }
  if (const auto ref = git.find("ref")) {
    out.ref = std::string(ref->text());
    if (is_commit_id(out.ref)) {
      report.error(*ref, "ref is a commit, which never moves",
                   "write a branch, or tag that commit and write refs/tags/NAME");
    }
  }
  out.path = normal_path(text_of(git, "path"));
  if (out.path == ".") out.path.clear();
  if (const auto length = parse_duration(text_of(git, "interval"))) out.interval = *length;
  if (const auto signers = git.find("allowed_signers")) out.allowed_signers = join(signers->text());
  const auto key = git.find("ssh_key");
  const auto file = key && key->is_map() ? key->find("file") : std::nullopt;
  if (file) {
    out.ssh_key_file = join(file->text());
    if (transport_of(out.url) != GitTransport::ssh) {
      report.error(*key, "ssh_key is given, and url is not one of ssh",
                   "take ssh_key out, or write git@host:path or ssh://");
    }
  }
  return out;
}

void check_git_allow(YamlValue source, YamlValue git, const AllowList& allow, Report& report) {
  const auto at = source.find("allow");
  if (!allow.file_roots) {
    report.error(at ? *at : git, "a git source must say which folders it may write to",
                 "write allow: {file_roots: [/run]} with the folders that its files go to");
  }
  if (!allow.sinks || allow.programs) return;
  const auto runs = std::find_if(allow.sinks->begin(), allow.sinks->end(),
                                 [](const std::string& type) { return runs_programs(type); });
  if (runs == allow.sinks->end()) return;
  report.error(*at, fmt::format("a git source may use {}, and any program with it", *runs),
               "write allow.programs, such as programs: [/usr/bin/systemctl]");
}

std::optional<SourceConfig> read_source(YamlValue source, const JoinPath& join, Report& report) {
  SourceConfig out;
  const auto path = source.find("path");
  const auto git = source.find("git");
  const auto url = git && git->is_map() ? git->find("url") : std::nullopt;
  if (!path && !url) return std::nullopt;
  if (const auto allow = source.find("allow")) out.allow = read_allow(*allow);
  if (path) {
    out.path = join(path->text());
    out.place = report.place_of(*path);
  } else {
    out.git = read_git(*git, *url, join, report);
    out.place = report.place_of(*url);
    out.allow.is_remote = true;
    check_git_allow(source, *git, out.allow, report);
  }
  return out;
}

// Two sources that read the same files have the same entries: each would be refused as given twice.
bool reads_the_same(const SourceConfig& a, const SourceConfig& b) {
  return a.git && b.git && a.name() == b.name();
}

}  // namespace

std::string SourceConfig::name() const {
  if (!git) return path;
  std::string out = git->url;
  if (!git->ref.empty()) out += '@' + git->ref;
  if (!git->path.empty()) out += ':' + git->path;
  return out;
}

std::vector<SourceConfig> read_sources(YamlValue sources, const JoinPath& join, Report& report) {
  std::vector<SourceConfig> out;
  for (const YamlValue value : sources.items()) {
    auto source = read_source(value, join, report);
    if (!source) continue;
    const auto same = std::find_if(out.begin(), out.end(), [&](const SourceConfig& other) {
      return reads_the_same(other, *source);
    });
    if (same != out.end()) {
      report.error(value, fmt::format("this source was given already at line {}", same->place.line),
                   "remove one of them, or give each a path of its own");
    }
    out.push_back(std::move(*source));
  }
  return out;
}

}  // namespace keytide
