#include "core/reconcile/keep.h"

#include <fmt/format.h>

namespace keytide {

Result<void> check_escrow(Run& run) {
  if (run.ports.escrow == nullptr) return {};
  auto ready = run.ports.escrow->prepare();
  if (ready) return ready;
  return fail(ready.error().kind,
              fmt::format("no secret is created while its value could not be kept safe on its way: "
                          "{}; repair that, name another key with `escrow: {{key: {{file: …}}}}`, "
                          "or go without with `escrow: none`",
                          ready.error().text()));
}

void put_into_escrow(Run& run, const SecretId& id, const SecretValue& value) {
  run.record.escrow.reset();
  if (run.ports.escrow == nullptr) return;
  auto sealed = run.ports.escrow->seal(value);
  if (sealed) {
    run.record.escrow = Escrowed{id, std::move(*sealed)};
  } else {
    run.outcome.warnings.push_back("the new secret's value is not in escrow: " +
                                   sealed.error().text());
  }
}

Result<SecretValue> take_out_of_escrow(Run& run, const OwnedSecret& secret) {
  const auto& escrow = run.record.escrow;
  if (!escrow || escrow->id != secret.id || run.ports.escrow == nullptr) {
    return fail(ErrorKind::not_found, "its value is not in escrow");
  }
  auto value = run.ports.escrow->open(escrow->sealed);
  if (!value) return value;
  const auto& key = run.ports.store.identity().fingerprint_key;
  if (fingerprint_of(*value, key) == secret.fingerprint) return value;
  return fail(ErrorKind::corrupt, "the escrow holds another value");
}

}  // namespace keytide
