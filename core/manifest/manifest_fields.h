// The table of all keys of a manifest. The decoder, its messages and `keytide schema` read it.
#pragma once

#include <cstddef>

#include "core/manifest/value_shape.h"

namespace keytide {

// The fields of an entry, in the order of the table: an entry, its profile and the defaults of its
// file are merged by these numbers.
enum class EntryField : std::size_t {
  org,
  project,
  client_id,
  account_name,
  profile,
  lifetime,
  renew_before,
  overlap,
  rotation_id,
  foreign,
  exclusive,
  on_remove,
  suspend,
  owner,
  labels,
  deliver,
  count
};

// A document that is a manifest: `keytide`, `defaults`, `profiles`, `secrets`.
const ValueShape& manifest_shape();
const ValueShape& entry_shape();     // under `secrets`
const ValueShape& defaults_shape();  // an entry without client_id
const ValueShape& profile_shape();   // an entry without client_id and profile

// The shape of one field of an entry.
const ValueShape& shape_of(EntryField field);
const ValueShape& sink_path_shape();
const ValueShape& sink_owner_shape();
const ValueShape& sink_name_shape();
const ValueShape& hook_word_shape();
const ValueShape& label_text_shape();

}  // namespace keytide
