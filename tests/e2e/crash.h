// Crash: keytide killed at a named step, and what has to be true once the next runs are through.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/world.h"

namespace keytide::testing {

// Applies (or runs that command) with that failpoint, and expects the run to die of it.
void die_at(World& world, const std::string& failpoint, const std::vector<std::string>& flags = {},
            std::vector<std::string> command = {"apply", "-auto-approve"});

// Applies until nothing is left to do (at most `runs` times), and then expects the promises: the
// plan is empty, the store has a role for each secret that Atlas lists of billing, at most two, and
// what each of these files holds signs in.
void expect_mended(World& world, const std::vector<std::string>& files, int runs = 1);

// The role that the store has for a secret, by its records alone; empty: none.
std::string role_of(World& world, const std::string& secret_id);

// billing with a raw file for each name, and more sinks (YAML).
std::string entry_with(const std::vector<std::string>& files, const std::string& more = "");

}  // namespace keytide::testing
