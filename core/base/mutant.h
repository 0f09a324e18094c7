// Mutants: what keytide would be with one safeguard less. The simulation builds the core with them,
// switches on one at a time, and has to see it break a promise: a safeguard that nothing misses
// would be tested by nothing. In every other build they are the constant `false`.
#pragma once

namespace keytide {

enum class Mutant {
  none,
  no_intent_to_create,      // E1 without W1
  no_intent_to_deliver,     // E3 without Wb
  no_intent_to_delete,      // E4 without W6
  create_again_at_once,     // an unknown create is followed by another
  no_settling,              // what came of it is decided before a late commit can show
  no_second_list,           // and by one list alone
  tag_closes_with_attempt,  // a late commit is nobody's
  window_is_proof,          // whatever appeared while a create was on its way is deleted
  victim_by_age,            // the oldest secret goes for its slot, whosever it is
  held_secret_goes,         // a previous secret that a sink still holds is deleted
  unreadable_means_empty,   // a begun sink that can't be read counts as not holding the value
  half_delivered_for_ever,  // and nobody is promoted when the old secret is dead
  switch_without_sinks,     // W5 although a sink has not got it
  previous_stays_previous,  // it is not restored when the current one is deleted
  no_loop_guard,            // creates without end
  escrow_is_kept,           // after the switch
  restored_goes_on,         // a store from a backup counts like any other
  unverified_is_delivered,  // whatever the proof said
  no_lease,                 // what was intended is done however long ago that was
};

#ifdef KEYTIDE_MUTANTS
bool is_mutated(Mutant mutant);
void switch_on(Mutant mutant);
#else
constexpr bool is_mutated(Mutant) { return false; }
#endif

}  // namespace keytide
