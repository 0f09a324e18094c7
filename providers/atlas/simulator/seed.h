// Seeds: the YAML that says which organizations, accounts and secrets a simulated Atlas begins
// with.
#pragma once

#include <string>
#include <string_view>

#include "core/base/diagnostic.h"
#include "core/base/instant.h"
#include "providers/atlas/simulator/random.h"
#include "providers/atlas/simulator/settings.h"
#include "providers/atlas/simulator/world.h"

namespace keytide::simulator {

struct Seed {
  World world;
  Settings settings;
  Diagnostics problems;  // with any, the rest is not to be used
};

// `file` is for messages. Relative times count from `now`; what a seed leaves out (ids, values) is
// drawn from `random`. Never throws.
Seed parse_seed(std::string_view text, const std::string& file, Instant now, Random& random);

}  // namespace keytide::simulator
