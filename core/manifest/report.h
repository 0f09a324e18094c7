// Collects the problems of one file: turns a place in its text into a Diagnostic with the line, fit
// to be shown, and a column in characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.h"
#include "core/manifest/yaml_tree.h"

namespace keytide {

class Report {
 public:
  // `bytes` must outlive the report. The text is looked at only when there is a problem.
  Report(std::string file, std::string_view bytes) : file_(std::move(file)), bytes_(bytes) {}

  void error(YamlValue at, std::string problem, std::string way_out) {
    error(at.line(), at.column(), std::move(problem), std::move(way_out));
  }
  // line and column (in bytes) from 1; 0: the file as a whole.
  void error(int line, int column, std::string problem, std::string way_out) {
    add(Diagnostic::Severity::error, line, column, std::move(problem), std::move(way_out));
  }
  void warning(YamlValue at, std::string problem, std::string way_out) {
    add(Diagnostic::Severity::warning, at.line(), at.column(), std::move(problem),
        std::move(way_out));
  }

  const std::string& file() const { return file_; }
  Place place_of(YamlValue at) const { return {file_, at.line(), at.column()}; }
  bool has_errors() const { return keytide::has_errors(all_); }
  const Diagnostics& all() const { return all_; }
  Diagnostics take() { return std::move(all_); }

 private:
  void add(Diagnostic::Severity severity, int line, int column, std::string problem,
           std::string way_out);

  std::string file_;
  std::string_view bytes_;
  std::vector<std::string_view> lines_;  // filled at the first problem
  Diagnostics all_;
};

}  // namespace keytide
