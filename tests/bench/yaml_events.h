// The bare cost of reading YAML: yaml-cpp's events, thrown away. What keytide's decoder is held
// against, in the same run.
#pragma once

#include <string>

namespace keytide::bench {

// Seconds for all files of a folder, on one thread.
double time_bare_events(const std::string& folder);

}  // namespace keytide::bench
