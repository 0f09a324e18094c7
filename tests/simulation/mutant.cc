#include "core/base/mutant.h"

namespace keytide {
namespace {

Mutant switched_on = Mutant::none;

}  // namespace

bool is_mutated(Mutant mutant) { return mutant == switched_on; }
void switch_on(Mutant mutant) { switched_on = mutant; }

}  // namespace keytide
