// Helpers of the tests of manifests: texts in, what a user would read out.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/diagnostic.h"
#include "core/manifest/manifest_file.h"
#include "core/manifest/merge.h"

namespace keytide {

struct TestFile {
  std::string path;
  std::string text;
};

// Decodes and merges as providers/sources does, without files.
inline Merged merge_texts(const std::vector<TestFile>& files, const AllowList* allow = nullptr) {
  std::vector<DecodedFile> decoded;
  for (const TestFile& file : files) decoded.push_back(decode_manifest(file.path, file.text));
  std::vector<MergeInput> inputs;
  bool is_cut = false;
  for (std::size_t i = 0; i < files.size(); ++i) {
    inputs.push_back({files[i].path, files[i].text, &decoded[i].manifest, allow});
    is_cut = is_cut || decoded[i].is_cut;
  }
  Merged merged = merge_manifests(inputs, is_cut);
  Diagnostics all;
  for (DecodedFile& file : decoded) {
    for (Diagnostic& one : file.problems) all.push_back(std::move(one));
  }
  for (Diagnostic& one : merged.problems) all.push_back(std::move(one));
  merged.problems = std::move(all);
  return merged;
}

inline Merged merge_text(const std::string& text) { return merge_texts({{"a.yaml", text}}); }

// All problems, as a user reads them.
inline std::string problems_of(const std::string& text) {
  return render(merge_text(text).problems);
}

}  // namespace keytide
