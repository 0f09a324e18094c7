// Adoption: a secret that exists becomes keytide's without a create. Atlas lists it, no record
// names it, and a sink of the entry holds its value: the state store was lost, or a person made the
// secret and put it there. Or a person names it.
//
// A value is matched with what Atlas lists by its mask, and is only adopted once a token was minted
// with it (core/reconcile/adopt.h): the mask alone is no proof.
#pragma once

#include <optional>
#include <string>

#include "core/model/observed.h"
#include "core/model/plan.h"

namespace keytide {

struct Situation;

struct Adoption {
  OwnedSecret secret;
  std::optional<SinkName> holder;  // absent: named by a person, and no sink holds its value
};

// Whether keytide never made a secret for it, as far as is recorded: there is no record, or one of
// failed tries alone.
bool is_unknown_to_store(const Situation& situation);

// Whether a sink that can be read holds a value of that mask.
bool is_held_by_mask(const Situation& situation, const ObservedSecret& secret);

// Takes the secret into the situation's record, which is made where there is none. Nothing happens
// where nothing is to be adopted; `problem` is set where a person named what can't be.
std::optional<Adoption> adopt(Situation& situation, std::optional<Blocked>& problem);

// The change that makes it durable.
Change import_change(const Situation& situation, const Adoption& adoption);

}  // namespace keytide
