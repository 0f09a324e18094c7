// Exposition: samples as Prometheus's text format has them. One of the two wrappers of
// prometheus-cpp's core (the other is metrics.cc).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmd/keytide/daemon/metric_list.h"

namespace keytide {

using Labels = std::vector<std::pair<std::string, std::string>>;

struct Sample {
  double value = 0;
  const Labels* shared = nullptr;  // borrowed: the labels that many samples have in common
  Labels labels;                   // more of them
};

// One family, a counter or a gauge: HELP, TYPE and a line for each sample; empty without samples.
std::string exposition(std::string_view name, const std::vector<Sample>& samples);
// The same for a metric that has one sample without labels.
std::string exposition(std::string_view name, double value);

}  // namespace keytide
