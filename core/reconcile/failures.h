// Failures: what a record keeps of tries that failed, so that the next one comes later.
#pragma once

#include "core/reconcile/run.h"

namespace keytide {

// W: counts a try that failed. Refusals, and what only asks for a new plan, are none; nor is what
// an interruption cut short. Works on the record as it is stored: what the try changed in memory
// and could not write down stays out. When it can't be written it is a warning.
void remember_failure(Run& run, const Error& error);

// W, where there were failures: the tries succeeded.
void forget_failures(Run& run);

}  // namespace keytide
