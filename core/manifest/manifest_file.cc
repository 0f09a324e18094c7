#include "core/manifest/manifest_file.h"

#include <algorithm>

#include "core/manifest/manifest_fields.h"
#include "core/manifest/report.h"
#include "core/manifest/shape_check.h"

namespace keytide {
namespace {

constexpr std::string_view kMarker = "keytide";

// Whether a file that can't be read to its end means to be a manifest: a line of it begins with the
// marker, plainly or in quotes.
bool means_to_be_manifest(std::string_view bytes) {
  for (std::size_t at = bytes.find(kMarker); at != std::string_view::npos;
       at = bytes.find(kMarker, at + 1)) {
    const std::size_t newline = bytes.rfind('\n', at);
    const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
    const std::string_view before = bytes.substr(begin, at - begin);
    const bool starts_line =
        before.find_first_not_of("\xEF\xBB\xBF \"'{") == std::string_view::npos;
    const std::string_view behind = bytes.substr(at + kMarker.size(), 2);
    const bool is_key = !behind.empty() && (behind[0] == ':' || behind == "\":" || behind == "':");
    if (starts_line && is_key) return true;
  }
  return false;
}

// Entries of a file that seems to be something else would seem removed.
bool is_utf16(std::string_view bytes) {
  return bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
}

void check_document(YamlValue document, Report& report) {
  const auto version = document.find(kMarker);
  const bool is_newer = version && version->is_scalar() && !version->quoted() &&
                        version->text().size() == 1 && version->text() > "1" &&
                        version->text() <= "9";
  if (is_newer) {
    // One message: what a newer format allows can't be judged here.
    report.error(*version, "this manifest's format is newer than this keytide knows",
                 "write keytide: 1, or use a newer keytide");
    return;
  }
  check_shape(document, manifest_shape(), "the manifest", report);
}

// What is wrong with the YAML of a value makes its meaning wrong, too: the first `causes` problems
// silence those at the same place.
Diagnostics without_echoes(Diagnostics all, std::size_t causes) {
  Diagnostics out;
  for (Diagnostic& one : all) {
    const auto end = out.begin() + static_cast<std::ptrdiff_t>(std::min(causes, out.size()));
    const bool is_echo = std::any_of(
        out.begin(), end, [&](const Diagnostic& cause) { return cause.place == one.place; });
    if (!is_echo) out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

DecodedFile decode_manifest(const std::string& file, std::string_view bytes,
                            const YamlLimits& limits) {
  DecodedFile out;
  if (is_utf16(bytes)) {
    Report report(file, "");
    report.error(0, 0, "the file is UTF-16, and can't be told from a manifest",
                 "save it as UTF-8, or name it otherwise than .yaml");
    out.is_cut = true;
    out.problems = report.take();
    return out;
  }
  // Most YAML in a repository is not ours: it is not even parsed.
  if (bytes.find(kMarker) == std::string_view::npos) return out;

  YamlFile yaml = read_yaml(bytes, limits);
  const YamlTree& tree = yaml.tree;
  const bool is_cut = yaml.syntax_error.has_value();
  if (is_cut && !means_to_be_manifest(bytes)) return out;

  Report report(file, bytes);
  std::vector<bool> is_ours(tree.roots.size() + 1, is_cut);
  for (std::size_t i = 0; i < tree.roots.size(); ++i) {
    if (is_cut || tree.roots[i] >= tree.nodes.size()) continue;
    const YamlValue root(tree, tree.roots[i]);
    is_ours[i] = root.find(kMarker).has_value();
    if (!is_ours[i]) continue;
    out.manifest.documents.push_back(tree.roots[i]);
  }
  for (const YamlProblem& problem : yaml.problems) {
    if (!is_ours[problem.document]) continue;
    report.error(problem.line, problem.column, problem.problem, problem.way_out);
  }
  for (const std::uint32_t document : out.manifest.documents) {
    check_document(YamlValue(tree, document), report);
  }
  if (is_cut) {
    const YamlProblem& error = *yaml.syntax_error;
    report.error(error.line, error.column, error.problem, error.way_out);
  }
  out.is_cut = is_cut;
  out.problems = without_echoes(report.take(), yaml.problems.size());
  if (is_cut) yaml.tree = {};
  out.manifest.tree = std::move(yaml.tree);
  return out;
}

}  // namespace keytide
