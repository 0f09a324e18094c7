// GitSources: all git sources of a configuration, for commands that run once. The service, which
// looks at each in its own time, has a GitSource for each instead.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/diagnostic.h"
#include "core/manifest/config.h"
#include "providers/sources/folder.h"
#include "providers/sources/git_source.h"
#include "providers/system/environment.h"

namespace keytide {

class GitSources {
 public:
  // As GitSource. Path sources are left out.
  GitSources(const std::vector<SourceConfig>& sources, const std::string& folder,
             const Environment& host);

  // Fetches all, one after another. One that can't be fetched, or whose newest commit does not
  // count, is read at the revision that was accepted last: what is in use goes on being renewed.
  // Blocks on the network.
  void fetch();

  // For LoadOptions::read_git: the files, and a warning where they are not of the newest commit; an
  // error where no revision was ever accepted. Blocks on the disk.
  SourceFiles read(const SourceConfig& source, const SourceLimits& limits) const;

  // All that was fetched is good. What can't be kept is a warning: nothing but a later run without
  // a network needs it. Blocks on the disk.
  Diagnostics accept();

 private:
  struct Chosen {
    GitSource source;
    Place place;
    std::string commit;    // empty: none
    bool is_new = false;   // fetched just now
    Diagnostics problems;  // to be said when it is read
  };

  static void choose(Chosen& chosen);

  std::map<std::string, Chosen> by_name_;
};

}  // namespace keytide
