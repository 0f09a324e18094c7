#include "providers/sources/accepted.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/fingerprint.h"
#include "core/manifest/text_rules.h"
#include "providers/sources/own_file.h"
#include "providers/system/atomic_file.h"

namespace keytide {
namespace {

// The file is this line, the SHA-256 of the rest in a line of its own, and the rest: fields, each
// as "LENGTH:BYTES".
constexpr std::string_view kMagic = "keytide accepted manifests 2\n";
constexpr std::size_t kBytesMax = std::size_t{1} << 30;

std::string path_of(const std::string& state_path) { return state_path + ".manifests"; }

std::string key_of(const SourceConfig& source) {
  if (source.git)
    return fmt::format("{}\n{}\n{}", source.git->url, source.git->ref, source.git->path);
  std::error_code problem;
  const auto whole = std::filesystem::absolute(source.path, problem);
  return normal_path(problem ? source.path : whole.string());
}

void add(std::string& out, std::string_view field) {
  out += fmt::format("{}:", field.size());
  out += field;
}

void add(std::string& out, std::size_t number) { add(out, std::to_string(number)); }

std::string encode(const std::string& lineage, const AcceptedManifests& accepted) {
  std::string body;
  add(body, lineage);
  add(body, accepted.revision);
  add(body, accepted.sources.size());
  for (const AcceptedSource& source : accepted.sources) {
    add(body, source.key);
    add(body, source.files.size());
    for (const AcceptedFile& file : source.files) {
      add(body, file.name);
      add(body, file.entries.size());
      for (const Address& address : file.entries) add(body, address.str());
      add(body, file.bytes);
    }
  }
  return fmt::format("{}{}\n", kMagic, sha256_hex(body)) + body;
}

// Takes fields off the front. What is not there is empty, and said by is_good().
class Fields {
 public:
  explicit Fields(std::string_view left) : left_(left) {}

  std::string_view text() {
    const auto size = number_before_colon();
    if (!size || *size > left_.size()) {
      is_good_ = false;
      left_ = {};
      return {};
    }
    const std::string_view out = left_.substr(0, *size);
    left_.remove_prefix(*size);
    return out;
  }

  std::size_t number() {
    const std::string_view digits = text();
    std::size_t out = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    is_good_ = is_good_ && parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size();
    return is_good_ ? out : 0;
  }

  bool is_good() const { return is_good_; }
  bool is_at_end() const { return left_.empty(); }

 private:
  std::optional<std::size_t> number_before_colon() {
    std::size_t out = 0;
    const auto parsed = std::from_chars(left_.data(), left_.data() + left_.size(), out);
    const auto length = static_cast<std::size_t>(parsed.ptr - left_.data());
    if (parsed.ec != std::errc() || length >= left_.size() || left_[length] != ':') {
      return std::nullopt;
    }
    left_.remove_prefix(length + 1);
    return out;
  }

  std::string_view left_;
  bool is_good_ = true;
};

AcceptedFile take_file(Fields& fields) {
  AcceptedFile file;
  file.name = fields.text();
  for (std::size_t left = fields.number(); left > 0 && fields.is_good(); --left) {
    file.entries.emplace_back(std::string(fields.text()));
  }
  file.bytes = fields.text();
  return file;
}

AcceptedManifests decode(const std::string& lineage, std::string_view bytes) {
  constexpr std::size_t kDigestSize = 64;
  if (!bytes.starts_with(kMagic)) return {};
  bytes.remove_prefix(kMagic.size());
  if (bytes.size() <= kDigestSize || bytes[kDigestSize] != '\n') return {};
  const std::string_view body = bytes.substr(kDigestSize + 1);
  if (sha256_hex(body) != bytes.substr(0, kDigestSize)) return {};
  Fields fields(body);
  if (fields.text() != lineage) return {};
  AcceptedManifests out;
  out.revision = fields.text();
  for (std::size_t left = fields.number(); left > 0 && fields.is_good(); --left) {
    AcceptedSource& source = out.sources.emplace_back();
    source.key = fields.text();
    for (std::size_t files = fields.number(); files > 0 && fields.is_good(); --files) {
      source.files.push_back(take_file(fields));
    }
  }
  return fields.is_good() && fields.is_at_end() ? out : AcceptedManifests();
}

}  // namespace

const AcceptedSource* AcceptedManifests::find(const SourceConfig& source) const {
  const auto at = std::find_if(sources.begin(), sources.end(),
                               [key = key_of(source)](const auto& one) { return one.key == key; });
  return at == sources.end() ? nullptr : &*at;
}

AcceptedManifests accepted_of(const std::vector<SourceConfig>& sources, LoadedManifests& loaded) {
  AcceptedManifests out;
  out.revision = loaded.revision;
  for (const SourceConfig& source : sources) out.sources.push_back({key_of(source), {}});
  std::map<std::string_view, std::vector<Address>> entries;
  for (const DesiredSecret& secret : loaded.state.secrets) {
    entries[secret.place.file].push_back(secret.address);
  }
  for (LoadedFile& file : loaded.all_files) {
    if (!file.is_manifest) continue;
    const auto held = entries.find(file.path);
    out.sources[file.source].files.push_back({file.name, {}, std::move(file.bytes)});
    if (held != entries.end()) out.sources[file.source].files.back().entries = held->second;
  }
  return out;
}

ReadSource reader_of(const AcceptedManifests& accepted) {
  return [&accepted](const SourceConfig& source, const SourceLimits& limits) -> SourceFiles {
    const AcceptedSource* known = accepted.find(source);
    if (known == nullptr) return read_source(source.path, limits);
    SourceFiles out;
    for (const AcceptedFile& file : known->files) {
      out.files.push_back({path_in(source, file.name), file.bytes, file.name.empty()});
    }
    return out;
  };
}

AcceptedManifests read_accepted(const AcceptedPlace& place) {
  return decode(place.lineage, read_own_file(path_of(place.state_path), kBytesMax));
}

Result<void> keep_accepted(const AcceptedPlace& place, const AcceptedManifests& accepted) {
  const std::string path = path_of(place.state_path);
  const std::string bytes = encode(place.lineage, accepted);
  if (bytes.size() > kBytesMax) {
    return fail(ErrorKind::invalid,
                fmt::format("can't keep the accepted manifests in {}: they are over {} MiB; split "
                            "the sources over several stores",
                            path, kBytesMax >> 20));
  }
  if (read_own_file(path, kBytesMax) == bytes) return {};
  return replace_file(path, bytes, {});
}

}  // namespace keytide
