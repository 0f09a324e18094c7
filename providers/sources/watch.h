// SourceWatch: learns from the kernel (inotify) that something in the path sources has changed. It
// watches every folder of a source, and the folders above a source and along the links that lead to
// its files, so that it also sees a source being replaced as a whole, and the swap of one link that
// exchanges all files at once, as Kubernetes does it.
//
// It is a hint and no proof: what changed is found by reading, or by stat_digest. And it is not
// enough alone: network file systems tell nothing, and the kernel has limits. So look at
// stat_digest now and then in any case.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/manifest/config.h"
#include "providers/sources/folder.h"
#include "providers/system/fd.h"

namespace keytide {

class SourceWatch {
 public:
  static constexpr std::size_t kFoldersMax = 50'000;

  // Sources of git are left out. Blocks on the disk.
  explicit SourceWatch(const std::vector<SourceConfig>& sources,
                       std::size_t folders_max = kFoldersMax);

  // For poll(2): readable when something may have changed. -1: the kernel gave none.
  int fd() const { return inotify_.get(); }

  // Takes what has come, without waiting for more: whether something that may matter has changed.
  // Folders that came meanwhile are watched when this returns; so what is read after it is seen
  // whole, and what changes after that is told again. Blocks on the disk.
  bool take_changed();

  // Every folder is watched. Else the rest is seen by stat_digest alone.
  bool is_complete() const { return notice_.empty(); }

  // Why not every folder is watched, and the way out: told once. Empty: nothing new to say.
  std::string take_notice();

 private:
  // What of a folder matters: all of it, or what happens to some names alone.
  struct Interest {
    bool all = false;
    std::set<std::string> names;

    friend bool operator==(const Interest&, const Interest&) = default;
  };
  using Interests = std::map<std::string, Interest>;  // by path

  void watch_all();
  Interests find_interests() const;
  static void add_way_to(const std::string& path, Interests& out);
  void set_watches(const Interests& interests);
  bool matters(int watch, unsigned mask, const std::string& name) const;

  std::vector<std::string> paths_;
  std::size_t folders_max_;
  Fd inotify_;
  std::map<int, Interest> watches_;  // by the kernel's number
  std::string notice_;               // empty: complete
  std::string told_;                 // of the notices, the last
};

}  // namespace keytide
