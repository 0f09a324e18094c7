#include "core/manifest/codec.h"

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/base/fingerprint.h"

namespace keytide {
namespace {

// Nodes are stored as they lie in memory: the cache never leaves its machine, and `order` tells if
// it did.
static_assert(std::is_trivially_copyable_v<YamlNode> && sizeof(YamlNode) == 24);

struct Header {
  std::uint32_t order = 0x01020304;
  std::uint32_t version = kManifestCodecVersion;
  std::uint64_t checksum = 0;  // of all that follows the header
  std::uint32_t nodes = 0;
  std::uint32_t roots = 0;
  std::uint32_t documents = 0;
  std::uint32_t text = 0;
};
static_assert(std::is_trivially_copyable_v<Header> && sizeof(Header) == 32);

template <class T>
void append(std::string& out, const std::vector<T>& all) {
  if (!all.empty()) out.append(reinterpret_cast<const char*>(all.data()), all.size() * sizeof(T));
}

template <class T>
void take(std::string_view& bytes, std::size_t count, std::vector<T>& out) {
  out.resize(count);
  if (count > 0) std::memcpy(out.data(), bytes.data(), count * sizeof(T));
  bytes.remove_prefix(count * sizeof(T));
}

// Whether all nodes below `parent` lie within it, one after the other.
bool has_sound_children(const YamlTree& tree, std::uint32_t parent) {
  const YamlNode& above = tree.nodes[parent];
  std::size_t count = 0;
  std::uint32_t at = parent + 1;
  for (; at < above.end; ++count) {
    const YamlNode& child = tree.nodes[at];
    if (child.end <= at || child.end > above.end) return false;
    at = child.end;
  }
  const bool may_have = above.kind == YamlNode::Kind::map || above.kind == YamlNode::Kind::list;
  if (!may_have) return count == 0;
  return above.kind != YamlNode::Kind::map || count % 2 == 0;
}

bool is_sound(const ManifestFile& manifest) {
  const YamlTree& tree = manifest.tree;
  for (std::uint32_t i = 0; i < tree.nodes.size(); ++i) {
    const YamlNode& node = tree.nodes[i];
    if (node.kind > YamlNode::Kind::map || node.quoted > 1) return false;
    if (node.end <= i || node.end > tree.nodes.size()) return false;
    if (std::uint64_t{node.text} + node.size > tree.text.size()) return false;
  }
  for (std::uint32_t i = 0; i < tree.nodes.size(); ++i) {
    if (!has_sound_children(tree, i)) return false;
  }
  for (const auto* indexes : {&tree.roots, &manifest.documents}) {
    for (const std::uint32_t index : *indexes) {
      if (index >= tree.nodes.size()) return false;
    }
  }
  return true;
}

}  // namespace

std::string encode_manifest(const ManifestFile& manifest) {
  const YamlTree& tree = manifest.tree;
  Header header;
  header.nodes = static_cast<std::uint32_t>(tree.nodes.size());
  header.roots = static_cast<std::uint32_t>(tree.roots.size());
  header.documents = static_cast<std::uint32_t>(manifest.documents.size());
  header.text = static_cast<std::uint32_t>(tree.text.size());
  std::string out(sizeof(Header), '\0');
  append(out, tree.nodes);
  append(out, tree.roots);
  append(out, manifest.documents);
  out += tree.text;
  header.checksum = stable_hash(std::string_view(out).substr(sizeof(Header)));
  std::memcpy(out.data(), &header, sizeof(Header));
  return out;
}

std::optional<ManifestFile> decode_cached_manifest(std::string_view bytes) {
  Header header;
  if (bytes.size() < sizeof(Header)) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof(Header));
  bytes.remove_prefix(sizeof(Header));
  const std::uint64_t wanted = std::uint64_t{header.nodes} * sizeof(YamlNode) +
                               (std::uint64_t{header.roots} + header.documents) * 4 + header.text;
  if (header.order != Header{}.order || header.version != kManifestCodecVersion ||
      wanted != bytes.size() || header.checksum != stable_hash(bytes)) {
    return std::nullopt;
  }
  ManifestFile out;
  take(bytes, header.nodes, out.tree.nodes);
  take(bytes, header.roots, out.tree.roots);
  take(bytes, header.documents, out.documents);
  out.tree.text = bytes;
  if (!is_sound(out)) return std::nullopt;
  return out;
}

}  // namespace keytide
