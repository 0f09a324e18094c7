#include "providers/sources/git_sources.h"

#include <fmt/format.h>

#include <utility>

namespace keytide {

GitSources::GitSources(const std::vector<SourceConfig>& sources, const std::string& folder,
                       const Environment& host) {
  for (const SourceConfig& source : sources) {
    if (!source.git) continue;
    by_name_.emplace(source.name(),
                     Chosen{GitSource(*source.git, folder, host), source.place, "", false, {}});
  }
}

void GitSources::choose(Chosen& chosen) {
  const auto say = [&](Diagnostic::Severity severity, std::string problem, std::string way_out) {
    chosen.problems.push_back({severity, chosen.place, std::move(problem), std::move(way_out), ""});
  };
  const auto applied = chosen.source.applied();
  const bool has_applied = applied && applied->has_value();
  const auto fetched = chosen.source.fetch();
  if (fetched) {
    chosen.commit = fetched->commit;
    chosen.is_new = !has_applied || (*applied)->commit != fetched->commit;
    if (!fetched->is_rewound) return;
    say(Diagnostic::Severity::warning,
        fmt::format("the branch was set back or rewritten: {} does not build upon {}, which was "
                    "read before",
                    fetched->commit.substr(0, 12), (*applied)->commit.substr(0, 12)),
        "look at what the plan takes away");
  } else if (!has_applied) {
    say(Diagnostic::Severity::error, fetched.error().text(),
        "no revision of this source was found good before, so there is none to go on with");
  } else {
    // Signed by today's signers or not: it was good when it was accepted, and is nothing new.
    chosen.commit = (*applied)->commit;
    say(Diagnostic::Severity::warning, fetched.error().text(),
        fmt::format("the revision {} goes on, the last that was found good",
                    chosen.commit.substr(0, 12)));
  }
}

void GitSources::fetch() {
  for (auto& [name, chosen] : by_name_) choose(chosen);
}

SourceFiles GitSources::read(const SourceConfig& source, const SourceLimits& limits) const {
  const Chosen& chosen = by_name_.at(source.name());
  SourceFiles out;
  if (!chosen.commit.empty()) out = chosen.source.read(chosen.commit, limits);
  out.problems.insert(out.problems.end(), chosen.problems.begin(), chosen.problems.end());
  return out;
}

Diagnostics GitSources::accept() {
  Diagnostics problems;
  for (auto& [name, chosen] : by_name_) {
    if (!chosen.is_new) continue;
    if (auto done = chosen.source.accept(chosen.commit); !done) {
      problems.push_back(
          {Diagnostic::Severity::warning, chosen.place, done.error().text(), "", ""});
    }
  }
  return problems;
}

}  // namespace keytide
