// The key `sources` of the configuration: reads a tree that was checked against config_shape(), and
// checks what a table can't say. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/manifest/config.h"
#include "core/manifest/report.h"
#include "core/manifest/yaml_tree.h"

namespace keytide {

// Joins a path of the file with the file's folder.
using JoinPath = std::function<std::string(std::string_view)>;

// A git source is written by people who can merge, far from this host: it must say where it may
// write (allow.file_roots), and which programs it may run where it may run any.
std::vector<SourceConfig> read_sources(YamlValue sources, const JoinPath& join, Report& report);

}  // namespace keytide
