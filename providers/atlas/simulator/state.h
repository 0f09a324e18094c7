// All that the simulator knows, and one call on its way through the rules.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "providers/atlas/simulator/random.h"
#include "providers/atlas/simulator/route.h"
#include "providers/atlas/simulator/settings.h"
#include "providers/atlas/simulator/text.h"
#include "providers/atlas/simulator/tokens.h"
#include "providers/atlas/simulator/world.h"
#include "providers/http/message.h"

namespace keytide::simulator {

// A create between its request and its effect (setting commit_duration_ms, or a late fault).
struct PendingCreate {
  Uptime at{0};
  Account* account = nullptr;
  Secret secret;
};

// A mint that lastUsedAt does not show yet (setting last_used_delay).
struct PendingUse {
  Instant visible_at;
  Account* account = nullptr;
  std::string secret_id;
  Instant used_at;
};

struct State {
  World world;
  Settings settings;
  Random random{0};
  Tokens tokens;
  std::unordered_map<std::string, Bucket> mint_buckets;  // by "IP clientId"
  std::vector<PendingCreate> pending_creates;
  std::deque<PendingUse> pending_uses;
};

struct Call {
  const HttpRequest& request;
  const std::string& peer_ip;
  Instant now;       // by Atlas's clock
  Uptime uptime{0};  // real time, or a simulation's
  Route route;
  FormFields query;
  Uptime commit_duration{0};  // of a create
};

// What a rule answers, and how much later.
struct Outcome {
  HttpResponse response;
  std::chrono::milliseconds delay{0};
};

// Does what has come due since the last call.
void settle(State& state, Instant now, Uptime uptime);

}  // namespace keytide::simulator
