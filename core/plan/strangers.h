// Strangers: secrets that Atlas lists and no record names. Most belong to other people. One may
// have been made by an attempt of ours whose outcome nobody learned, for Atlas has no idempotency
// key: it is told by the attempt's tag, a life that nobody else would ask for.
#pragma once

#include <cstdint>
#include <vector>

#include "core/model/observed.h"
#include "core/model/policy.h"
#include "core/model/record.h"

namespace keytide {

enum class Origin {
  foreign,   // of somebody else
  ours,      // bears the tag of an attempt: made by keytide, and nobody has its value
  doubtful,  // made while an attempt was on its way, or in use: a person has to say
  settling,  // seems to be ours, and is too young to tell
};

struct Stranger {
  ObservedSecret secret;
  Origin origin = Origin::foreign;
  std::int64_t attempt = 0;  // the number of the one it was told by; 0: foreign
  int asked_hours = 0;       // of that attempt
};

struct StrangerRules {
  Instant now{};           // Atlas's clock
  Seconds settle{0};       // how long a late commit is waited for
  bool exclusive = false;  // the entry promises that nobody else creates on the account
  IssuerLimits limits;
};

// Whether the secret's life is the attempt's tag, to two seconds: Atlas tells times to the second.
bool bears_tag(const ObservedSecret& secret, const Attempt& attempt);

// What an open attempt whose outcome nobody learned leaves behind when it is closed.
void leave_tag_open(AccountRecord& record);

// Sorts what the account lists beyond the record, by the record's open tags.
std::vector<Stranger> find_strangers(const ObservedAccount& account, const AccountRecord& record,
                                     const StrangerRules& rules);

}  // namespace keytide
