// What should be: the entries of all manifests, after defaults and profiles were applied.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/diagnostic.h"
#include "core/base/instant.h"
#include "core/model/ids.h"

namespace keytide {

enum class FileFormat { raw, env, json };
std::string_view name_of(FileFormat format);

// A file that gets the secret.
struct FileSink {
  std::string path;
  FileFormat format = FileFormat::raw;
  std::uint32_t mode = 0600;
  std::string owner;  // empty: whoever runs keytide
  std::string group;  // empty: the runner's

  friend bool operator==(const FileSink&, const FileSink&) = default;
};

// A program that runs after all data sinks were written. It is never given the secret.
struct NotifyHook {
  std::vector<std::string> command;  // argv; no shell
  Seconds timeout{30};

  friend bool operator==(const NotifyHook&, const NotifyHook&) = default;
};

struct SinkSpec {
  SinkName name;  // `name`, else the type and the target: "file:/run/billing/atlas.env"
  std::variant<FileSink, NotifyHook> target;
  Place place;

  bool is_hook() const { return std::holds_alternative<NotifyHook>(target); }
};

// "file", "notify"
std::string_view type_of(const SinkSpec& sink);
// What a record keeps of a sink to find its copy again when the manifest does not name it any more:
// "file env /run/billing/atlas.env"; of a hook "notify".
std::string label_of(const SinkSpec& sink);
// The sink of such a label; absent: there is nothing to read.
std::optional<SinkSpec> sink_of(const SinkName& name, std::string_view label);
// Changes when the same value has to be written again: type, path, format; a hook's command.
std::string target_digest(const SinkSpec& sink);
// Changes when what was written has to be adjusted in place: mode, owner, group.
std::string attributes_digest(const SinkSpec& sink);

enum class ForeignPolicy { block, cut };
enum class OnRemove { forget, retire };

struct DesiredSecret {
  Address address;
  AccountKey account;
  std::optional<std::string> account_name;  // compared with Atlas before anything is created
  Seconds lifetime{0};                      // whole hours, 8 h … 365 d
  std::optional<Seconds> renew_before;      // absent: schedule.h has the default
  std::optional<Seconds> overlap;           // absent: schedule.h has the default
  std::string rotation_id;                  // a change rotates now
  ForeignPolicy foreign = ForeignPolicy::block;
  bool exclusive = false;
  OnRemove on_remove = OnRemove::forget;
  bool suspend = false;
  std::string owner;
  std::map<std::string, std::string> labels;
  std::vector<SinkSpec> deliver;  // sorted by name: order means nothing
  Place place;                    // of the address
};

struct DesiredState {
  std::vector<DesiredSecret> secrets;  // sorted by address; addresses and accounts are unique
};

}  // namespace keytide
