// The list of all metrics: name, type, labels and help. The exposition takes its help from it, and
// tests hold README's table, the alert rules and the dashboard against it.
#pragma once

#include <span>
#include <string_view>

namespace keytide {

enum class MetricType { counter, gauge, histogram };
std::string_view name_of(MetricType type);

struct MetricSpec {
  std::string_view name;
  MetricType type = MetricType::gauge;
  // As README shows them. "entry" stands for address, owner (where it has one) and org or project;
  // "scope" for org or project.
  std::string_view labels;
  std::string_view help;  // one sentence
};

// In the order in which they are shown.
std::span<const MetricSpec> metric_list();

// Of a name that is in the list; any other is a broken promise.
const MetricSpec& metric_spec(std::string_view name);

}  // namespace keytide
