#include "cmd/keytide/daemon/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <sstream>

namespace keytide {
namespace {

void add_labels(const Labels& labels, prometheus::ClientMetric& out) {
  for (const auto& [name, value] : labels) out.label.push_back({name, value});
}

prometheus::ClientMetric metric_of(const Sample& sample, MetricType type) {
  prometheus::ClientMetric out;
  out.label.reserve(sample.labels.size() + (sample.shared == nullptr ? 0 : sample.shared->size()));
  if (sample.shared != nullptr) add_labels(*sample.shared, out);
  add_labels(sample.labels, out);
  (type == MetricType::counter ? out.counter.value : out.gauge.value) = sample.value;
  return out;
}

}  // namespace

std::string exposition(std::string_view name, const std::vector<Sample>& samples) {
  if (samples.empty()) return "";
  const MetricSpec& spec = metric_spec(name);
  prometheus::MetricFamily family;
  family.name = std::string(name);
  family.help = std::string(spec.help);
  family.type = spec.type == MetricType::counter ? prometheus::MetricType::Counter
                                                 : prometheus::MetricType::Gauge;
  family.metric.reserve(samples.size());
  for (const Sample& sample : samples) family.metric.push_back(metric_of(sample, spec.type));
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, {std::move(family)});
  return std::move(out).str();
}

std::string exposition(std::string_view name, double value) {
  return exposition(name, std::vector<Sample>{{.value = value, .shared = nullptr, .labels = {}}});
}

}  // namespace keytide
