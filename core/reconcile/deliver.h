// Deliver: Wb, E3 and Wd for each sink: begun, written and read back, delivered.
#pragma once

#include <optional>

#include "core/reconcile/run.h"

namespace keytide {

// Whether every data sink of the entry could be written. All problems at once. One that can't holds
// a create back only while there is time: where another can be written, not without a current
// secret and not once half of the renewal window, or a week, is left. Then it is a warning.
Result<void> check_sinks_writable(Run& run);

// Notes in the record that the sink is about to get `secret`; the caller writes it.
void mark_begun(Run& run, const SinkSpec& sink, const OwnedSecret& secret);

// Brings `secret` to every sink that does not have it yet: data sinks first, then hooks, and those
// only once every data sink has it. One failing sink does not stop the others. `value` may be
// absent where no data sink needs it any more.
Result<void> deliver_everywhere(Run& run, const OwnedSecret& secret, const SecretValue* value);

// Runs the hooks although a data sink is late: whoever has the new secret is told. A hook that
// fails is a warning.
void run_hooks_anyway(Run& run, const OwnedSecret& secret);

// The same for one sink.
Result<void> deliver_to(Run& run, const SinkSpec& sink, const OwnedSecret& secret,
                        const SecretValue* value);

// Whether every data sink of the entry has the secret of the record's generation, as recorded.
bool is_everywhere(const AccountRecord& record, const DesiredSecret& desired);

// The value of `secret`, from any sink of the entry that holds it, or from where one held it before
// an edit of the manifest. Errors: not_found.
Result<SecretValue> take_from_sinks(Run& run, const OwnedSecret& secret);

}  // namespace keytide
