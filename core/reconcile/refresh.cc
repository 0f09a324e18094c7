#include "core/reconcile/refresh.h"

#include <algorithm>

namespace keytide {

ObservedScope read_scope(Issuer& issuer, const Scope& scope) {
  auto seen = issuer.list(scope);
  if (seen) return std::move(*seen);
  ObservedScope failed;
  failed.scope = scope;
  failed.error = std::move(seen.error());
  return failed;
}

SinkView read_sink(const Ports& ports, const ClientId& account, const SinkSpec& sink) {
  SinkView view;
  view.sink = sink.name;
  view.target_digest = target_digest(sink);
  const auto reading = ports.sinks.make(sink)->read(ports.store.identity().fingerprint_key);
  if (!reading) {
    view.why = reading.error().text();
    return view;
  }
  view.readable = true;
  view.exists = reading->exists;
  view.fingerprint = reading->fingerprint;
  view.masked = reading->masked;
  view.attributes_match = reading->attributes_match;
  if (reading->client_id == account.str()) view.generation = reading->generation.value_or(0);
  return view;
}

AccountSinks read_sinks(const Ports& ports, const DesiredSecret& desired,
                        const AccountRecord* record) {
  AccountSinks sinks{desired.account, {}};
  for (const SinkSpec& sink : desired.deliver) {
    if (sink.is_hook()) continue;
    sinks.views.push_back(read_sink(ports, desired.account.client_id, sink));
  }
  if (record == nullptr) return sinks;
  for (const Delivery& delivery : record->deliveries) {
    const auto is_it = [&](const SinkView& view) {
      return view.sink == delivery.sink && view.target_digest == delivery.target_digest;
    };
    if (std::any_of(sinks.views.begin(), sinks.views.end(), is_it)) continue;
    if (const auto old = sink_of(delivery.sink, delivery.label)) {
      sinks.old_views.push_back(read_sink(ports, desired.account.client_id, *old));
    }
  }
  return sinks;
}

}  // namespace keytide
