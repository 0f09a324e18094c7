// AccountNames: the numbers of user and group names, looked up once for thousands of sinks. A name
// that isn't there is asked for again each time. Threads: any.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "providers/system/users.h"

namespace keytide {

class AccountNames {
 public:
  // Errors: as find_user and find_group.
  Result<uid_t> user(const std::string& name) { return look_up(users_, name, find_user); }
  Result<gid_t> group(const std::string& name) { return look_up(groups_, name, find_group); }

  // Before a write the host is asked again: a group may have been made anew under another number.
  void forget(const std::string& user, const std::string& group) {
    const std::lock_guard lock(mutex_);
    users_.erase(user);
    groups_.erase(group);
  }

 private:
  template <class Id>
  Result<Id> look_up(std::map<std::string, Id>& known, const std::string& name,
                     Result<Id> (*find)(const std::string&)) {
    const std::lock_guard lock(mutex_);
    if (const auto found = known.find(name); found != known.end()) return found->second;
    auto id = find(name);
    if (id) known.emplace(name, *id);
    return id;
  }

  std::mutex mutex_;
  std::map<std::string, uid_t> users_;
  std::map<std::string, gid_t> groups_;
};

}  // namespace keytide
