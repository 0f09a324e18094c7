// The manifests that were accepted last, in one file beside the store: PATH.manifests. With it a
// restart goes on where the manifests as they stand can't be used. Of path sources it holds the
// files as they were; of git the names alone, for its repository has the applied commit.
//
// Whatever is wrong with the file, there is none. One that belongs to another store, or that
// somebody else may have written, is not believed: root does not run what another user wrote there.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/manifest/config.h"
#include "core/model/ids.h"
#include "providers/sources/folder.h"
#include "providers/sources/load.h"

namespace keytide {

struct AcceptedFile {
  std::string name;              // below its source; empty: the source is this very file
  std::vector<Address> entries;  // that it holds
  std::string bytes;             // empty of git

  friend bool operator==(const AcceptedFile&, const AcceptedFile&) = default;
};

struct AcceptedSource {
  std::string key;  // tells it from all others, wherever keytide is started
  std::vector<AcceptedFile> files;

  friend bool operator==(const AcceptedSource&, const AcceptedSource&) = default;
};

struct AcceptedManifests {
  std::string revision;  // of all sources together: LoadedManifests::revision
  std::vector<AcceptedSource> sources;

  // Null: nothing of it was accepted yet.
  const AcceptedSource* find(const SourceConfig& source) const;

  friend bool operator==(const AcceptedManifests&, const AcceptedManifests&) = default;
};

// What was loaded, as it is to be kept. Takes the bytes out of it.
AcceptedManifests accepted_of(const std::vector<SourceConfig>& sources, LoadedManifests& loaded);

// Reads the path sources as they were accepted, and those that never were from the disk.
ReadSource reader_of(const AcceptedManifests& accepted);

// Of which store: the file lies beside it, and bears its lineage.
struct AcceptedPlace {
  std::string state_path;
  std::string lineage;
};

// Blocks on the disk.
AcceptedManifests read_accepted(const AcceptedPlace& place);

// Replaces the file, readable by its owner alone, where it says anything else, or is not this
// user's. Errors: those of replace_file; invalid: over 1 GiB. Blocks
// until the disk has it.
Result<void> keep_accepted(const AcceptedPlace& place, const AcceptedManifests& accepted);

}  // namespace keytide
