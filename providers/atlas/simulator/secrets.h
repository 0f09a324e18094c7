// Creating and deleting secrets: the rules that a rotation lives by.
#pragma once

#include "providers/atlas/simulator/state.h"

namespace keytide::simulator {

// createOrgServiceAccountSecret, createGroupServiceAccountSecret.
Outcome create_secret(State& state, const Call& call, const Site& site, Account& account);
// deleteOrgServiceAccountSecret, deleteGroupServiceAccountSecret.
HttpResponse delete_secret(State& state, const Call& call, Account& account);

// The mask of a value, as every GET shows it.
std::string mask_of(std::string_view value, const Settings& settings);

}  // namespace keytide::simulator
