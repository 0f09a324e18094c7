#include "providers/sinks/registry.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "providers/sinks/file_sink.h"
#include "providers/sinks/notify_hook.h"

namespace keytide {
namespace {

// What factories may draw on.
struct Shared {
  const Environment& for_hooks;
  const std::shared_ptr<AccountNames>& names;
};

struct Row {
  std::string_view type;
  std::unique_ptr<Sink> (*make)(const SinkSpec& spec, const Shared& shared);
};

constexpr std::array<Row, 2> kTable{{
    {"file",
     [](const SinkSpec& spec, const Shared& shared) {
       return make_file_sink(std::get<FileSink>(spec.target), shared.names);
     }},
    {"notify",
     [](const SinkSpec& spec, const Shared& shared) {
       return make_notify_hook(std::get<NotifyHook>(spec.target), shared.for_hooks);
     }},
}};

}  // namespace

SinkRegistry::SinkRegistry(Environment for_hooks)
    : for_hooks_(std::move(for_hooks)), names_(std::make_shared<AccountNames>()) {}

std::unique_ptr<Sink> SinkRegistry::make(const SinkSpec& spec) {
  const std::string_view type = type_of(spec);
  const auto* row = std::find_if(kTable.begin(), kTable.end(),
                                 [&](const Row& candidate) { return candidate.type == type; });
  CHECK(row != kTable.end(), "every type of the model has a factory");
  return row->make(spec, Shared{for_hooks_, names_});
}

std::vector<std::string_view> SinkRegistry::types() {
  std::vector<std::string_view> out;
  out.reserve(kTable.size());
  for (const Row& row : kTable) out.push_back(row.type);
  return out;
}

}  // namespace keytide
