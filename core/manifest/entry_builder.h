// Builds one DesiredSecret from its layers: the entry, its profile, the defaults of its file.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/manifest/manifest_fields.h"
#include "core/manifest/report.h"
#include "core/manifest/value_shape.h"
#include "core/manifest/yaml_tree.h"
#include "core/model/desired.h"

namespace keytide {

// A value and the report of the file that it stands in.
struct PlacedValue {
  YamlValue value;
  Report* report = nullptr;
};

struct EntryLayers {
  PlacedValue address;
  PlacedValue entry;
  std::optional<PlacedValue> profile;
  std::optional<PlacedValue> defaults;
};

class EntryBuilder {
 public:
  explicit EntryBuilder(const EntryLayers& layers);

  // Absent when something is wrong with the entry; it was reported, or had been before.
  std::optional<DesiredSecret> build();

  // Where a field's value stands: in the entry, its profile or the defaults.
  const std::optional<PlacedValue>& chosen(EntryField field) const {
    return chosen_[static_cast<std::size_t>(field)];
  }
  // Where the sinks stand, in the order of `deliver` of what build() returned.
  const std::vector<PlacedValue>& sink_places() const { return sink_places_; }

 private:
  void choose(const PlacedValue& layer);
  void fill_account(DesiredSecret& secret);
  void fill_times(DesiredSecret& secret);
  void fill_rest(DesiredSecret& secret);
  void fill_labels(DesiredSecret& secret);
  void fill_sinks(DesiredSecret& secret);
  void check_sinks(const DesiredSecret& secret);
  std::optional<SinkSpec> sink_of(YamlValue item, Report& report);
  std::optional<FileSink> file_of(YamlValue file, Report& report);
  std::optional<NotifyHook> hook_of(YamlValue notify, Report& report);

  void fail(const PlacedValue& at, std::string problem, std::string way_out);
  // A scalar's text with {{name}} put in, if it is what the shape asks for.
  std::optional<std::string> text_of(const PlacedValue& at, const ValueShape& shape,
                                     std::string_view name);
  std::string text_or(EntryField field, std::string_view name);
  std::optional<Seconds> length_of(EntryField field);
  bool flag_of(EntryField field);

  const EntryLayers& layers_;
  std::string label_;  // the address, fit to be shown
  std::array<std::optional<PlacedValue>, static_cast<std::size_t>(EntryField::count)> chosen_;
  std::vector<PlacedValue> sink_places_;
  bool failed_ = false;
};

}  // namespace keytide
