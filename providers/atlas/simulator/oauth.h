// The token and revoke endpoints (OAuth 2.0 client credentials; securityScheme ServiceAccounts).
#pragma once

#include "providers/atlas/simulator/state.h"

namespace keytide::simulator {

HttpResponse mint_token(State& state, const Call& call);
HttpResponse revoke_token(State& state, const Call& call);

}  // namespace keytide::simulator
