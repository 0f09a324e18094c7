// Refresh: reading the world before a plan. Each function reads one thing; callers run several at
// once. Nothing here changes anything.
#pragma once

#include "core/model/observed.h"
#include "core/plan/input.h"
#include "core/reconcile/run.h"

namespace keytide {

// Every account of a scope; what fails is in `error` of the result. Blocks for one call per page.
ObservedScope read_scope(Issuer& issuer, const Scope& scope);

// One data sink of that account, by its fingerprint alone. Hooks are not readable.
SinkView read_sink(const Ports& ports, const ClientId& account, const SinkSpec& sink);

// The data sinks of an entry, sorted by name, and those that its record knows beside them; null:
// it has none.
AccountSinks read_sinks(const Ports& ports, const DesiredSecret& desired,
                        const AccountRecord* record);

}  // namespace keytide
