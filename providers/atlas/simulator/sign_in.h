// Who is calling, and may they? Bearer tokens and digest API keys, the API access list, the roles.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "providers/atlas/simulator/state.h"

namespace keytide::simulator {

struct Principal {
  const Site* home = nullptr;
  const std::vector<std::string>* roles = nullptr;
};

// The caller, or the 401 in its place.
std::variant<Principal, HttpResponse> sign_in(const State& state, const Call& call);

// 403 for an address that the caller's organization does not list; absent: welcome.
std::optional<HttpResponse> check_access_list(const Principal& who, std::string_view peer_ip);

enum class Need {
  owner,   // Organization Owner; of a project: Project Owner, or owner of its organization
  reader,  // Organization Read Only and up; of a project: as owner
  member   // any role
};

// 401 for a missing role; absent: allowed.
std::optional<HttpResponse> check_role(const Settings& settings, const Principal& who,
                                       const Site& site, Need need);

}  // namespace keytide::simulator
