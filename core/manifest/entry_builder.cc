#include "core/manifest/entry_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/duration.h"
#include "core/manifest/name_template.h"
#include "core/manifest/redact.h"
#include "core/manifest/shape_check.h"
#include "core/manifest/text_rules.h"
#include "core/model/schedule.h"

namespace keytide {
namespace {

std::size_t index_of(EntryField field) { return static_cast<std::size_t>(field); }

}  // namespace

EntryBuilder::EntryBuilder(const EntryLayers& layers) : layers_(layers) {
  const std::string_view address = layers.address.value.text();
  failed_ = !is_name(address);  // was reported when the file was decoded
  label_ = failed_ ? shown(address) : std::string(address);
  // The last one to say something wins.
  if (layers.defaults) choose(*layers.defaults);
  if (layers.profile) choose(*layers.profile);
  choose(layers.entry);
}

void EntryBuilder::choose(const PlacedValue& layer) {
  const auto fields = entry_shape().fields;
  for (const auto& [key, value] : layer.value.pairs()) {
    const FieldSpec* field = find_field(entry_shape(), key.text());
    if (field == nullptr) continue;
    const auto index = static_cast<std::size_t>(field - fields.data());
    // One choice: an entry's project takes the place of an org in the defaults.
    if (index == index_of(EntryField::org)) chosen_[index_of(EntryField::project)].reset();
    if (index == index_of(EntryField::project)) chosen_[index_of(EntryField::org)].reset();
    chosen_[index] = PlacedValue{value, layer.report};
  }
}

std::optional<DesiredSecret> EntryBuilder::build() {
  DesiredSecret secret;
  secret.address = Address(std::string(layers_.address.value.text()));
  secret.place = layers_.address.report->place_of(layers_.address.value);
  if (!layers_.entry.value.is_map()) return std::nullopt;
  fill_account(secret);
  fill_times(secret);
  fill_rest(secret);
  fill_labels(secret);
  fill_sinks(secret);
  if (failed_) return std::nullopt;
  return secret;
}

void EntryBuilder::fail(const PlacedValue& at, std::string problem, std::string way_out) {
  at.report->error(at.value, std::move(problem), std::move(way_out));
  failed_ = true;
}

std::optional<std::string> EntryBuilder::text_of(const PlacedValue& at, const ValueShape& shape,
                                                 std::string_view name) {
  if (!at.value.is_scalar()) {
    failed_ = true;  // was reported when the file was decoded
    return std::nullopt;
  }
  const std::string_view text = at.value.text();
  if (!shape.is_template || text.find("{{") == std::string_view::npos) return std::string(text);
  auto filled = put_in_name(text, layers_.address.value.text());
  if (!filled) {
    fail(at, fmt::format("{}: {}", name, filled.error().message),
         "write {{name}}: the entry's address is put in its place");
    return std::nullopt;
  }
  if (auto wrong = find_value_problem(*filled, shape, name)) {
    fail(at, fmt::format("{} (in {})", wrong->problem, label_), std::move(wrong->way_out));
    return std::nullopt;
  }
  return std::move(*filled);
}

std::string EntryBuilder::text_or(EntryField field, std::string_view name) {
  if (!chosen(field)) return "";
  return text_of(*chosen(field), shape_of(field), name).value_or("");
}

std::optional<Seconds> EntryBuilder::length_of(EntryField field) {
  if (!chosen(field)) return std::nullopt;
  const auto length = parse_duration(chosen(field)->value.text());
  const ValueShape& shape = shape_of(field);
  if (length && length->count() >= shape.low && length->count() <= shape.high) return *length;
  failed_ = true;  // was reported when the file was decoded
  return std::nullopt;
}

bool EntryBuilder::flag_of(EntryField field) {
  return chosen(field) && chosen(field)->value.text() == "true";
}

void EntryBuilder::fill_account(DesiredSecret& secret) {
  if (chosen(EntryField::project)) {
    secret.account.scope = {Scope::Kind::project, text_or(EntryField::project, "project")};
  } else if (chosen(EntryField::org)) {
    secret.account.scope = {Scope::Kind::org, text_or(EntryField::org, "org")};
  } else {
    fail(layers_.address, fmt::format("{} has no org and no project", label_),
         "add org: or project: to the entry, its profile or the defaults of its file");
  }
  secret.account.client_id = ClientId(text_or(EntryField::client_id, "client_id"));
  if (!chosen(EntryField::client_id)) failed_ = true;
  if (chosen(EntryField::account_name)) {
    secret.account_name = text_or(EntryField::account_name, "account_name");
  }
}

void EntryBuilder::fill_times(DesiredSecret& secret) {
  if (!chosen(EntryField::lifetime)) {
    fail(layers_.address, fmt::format("{} has no lifetime", label_),
         "add lifetime: 90d to the entry, its profile or the defaults of its file");
    return;
  }
  const auto lifetime = length_of(EntryField::lifetime);
  secret.renew_before = length_of(EntryField::renew_before);
  secret.overlap = length_of(EntryField::overlap);
  const bool is_known =
      lifetime && secret.renew_before.has_value() == chosen(EntryField::renew_before).has_value() &&
      secret.overlap.has_value() == chosen(EntryField::overlap).has_value();
  if (!is_known) return;
  secret.lifetime = *lifetime;
  if (const auto wrong = find_life_problem(*lifetime, secret.renew_before, secret.overlap)) {
    const EntryField field =
        wrong->key == "overlap" ? EntryField::overlap : EntryField::renew_before;
    fail(chosen(field) ? *chosen(field) : *chosen(EntryField::lifetime), wrong->problem,
         wrong->way_out);
  }
}

void EntryBuilder::fill_rest(DesiredSecret& secret) {
  secret.rotation_id = text_or(EntryField::rotation_id, "rotation_id");
  secret.owner = text_or(EntryField::owner, "owner");
  if (text_or(EntryField::foreign, "foreign") == "cut") secret.foreign = ForeignPolicy::cut;
  if (text_or(EntryField::on_remove, "on_remove") == "retire") secret.on_remove = OnRemove::retire;
  secret.exclusive = flag_of(EntryField::exclusive);
  secret.suspend = flag_of(EntryField::suspend);
}

// Labels add up: the entry's take the place of equal ones alone.
void EntryBuilder::fill_labels(DesiredSecret& secret) {
  for (const auto& layer : {layers_.defaults, layers_.profile, std::optional(layers_.entry)}) {
    const auto labels = layer ? layer->value.find("labels") : std::nullopt;
    if (!labels) continue;
    for (const auto& [name, value] : labels->pairs()) {
      auto text = text_of({value, layer->report}, label_text_shape(), name.text());
      if (text) secret.labels[std::string(name.text())] = std::move(*text);
    }
  }
}

void EntryBuilder::fill_sinks(DesiredSecret& secret) {
  const auto& deliver = chosen(EntryField::deliver);
  if (!deliver) {
    fail(layers_.address, fmt::format("{} delivers its secret nowhere", label_),
         "add deliver: [{file: {path: …}}] to the entry, its profile or the defaults of its file");
    return;
  }
  std::vector<std::pair<SinkSpec, PlacedValue>> sinks;
  for (const YamlValue item : deliver->value.items()) {
    auto sink = sink_of(item, *deliver->report);
    if (sink) sinks.emplace_back(std::move(*sink), PlacedValue{item, deliver->report});
  }
  std::stable_sort(sinks.begin(), sinks.end(),
                   [](const auto& a, const auto& b) { return a.first.name < b.first.name; });
  for (auto& [sink, place] : sinks) {
    secret.deliver.push_back(std::move(sink));
    sink_places_.push_back(place);
  }
  check_sinks(secret);
}

void EntryBuilder::check_sinks(const DesiredSecret& secret) {
  const auto& all = secret.deliver;
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].name != all[i - 1].name) continue;
    fail(sink_places_[i],
         fmt::format("{} has two sinks called {}", label_, shown(all[i].name.str())),
         "remove one, or give one of them another name:");
  }
  const bool has_data =
      std::any_of(all.begin(), all.end(), [](const SinkSpec& sink) { return !sink.is_hook(); });
  failed_ = failed_ || all.empty();  // was reported when the file was decoded
  if (!has_data && !failed_) {
    fail(*chosen(EntryField::deliver),
         fmt::format("{} delivers its secret nowhere: a hook gets none", label_),
         "add a file: sink beside the hook");
  }
}

}  // namespace keytide
