// What the people who may change a source's manifests may ask of this host. Checked here and
// nowhere else, after the manifests were merged and before anything is planned.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/desired.h"

namespace keytide {

// Absent: anything goes, but for what a far source is not given unasked.
struct AllowList {
  std::optional<std::vector<std::string>> orgs;        // of organizations, and of projects
  std::optional<std::vector<std::string>> file_roots;  // absolute, normal
  std::optional<std::vector<std::string>> sinks;       // types: "file", "notify"
  std::optional<std::vector<std::string>> programs;    // absolute paths that notify may run
  bool is_remote = false;  // of git: no sink runs a program here unless `sinks` lists its type

  friend bool operator==(const AllowList&, const AllowList&) = default;
};

struct AllowProblem {
  const SinkSpec* sink = nullptr;  // of the entry; null: its organization or project
  std::string problem;
  std::string way_out;  // names the key of the configuration that lifts it
};

// Whether sinks of that type run a program of the host's.
bool runs_programs(std::string_view sink_type);

// All that an entry asks for and may not.
std::vector<AllowProblem> find_forbidden(const DesiredSecret& secret, const AllowList& allow);

}  // namespace keytide
