// Whatever a server sends, the load generator's reader stays inside its bounds, and it finds the same
// end of the answer however the bytes are cut into pieces.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "load/reply_reader.hpp"

namespace {

using pelton::load::ReplyReader;

struct Reading {
  ReplyReader::Progress progress = ReplyReader::Progress::more;
  std::size_t used = 0;
  int status = 0;
  bool keep_alive = false;

  bool operator==(const Reading&) const = default;
};

Reading read(std::string_view bytes, std::size_t piece, bool head_request) {
  ReplyReader reader;
  reader.begin(head_request);
  Reading result;
  while (result.progress == ReplyReader::Progress::more && result.used < bytes.size()) {
    std::size_t used = 0;
    result.progress = reader.feed(bytes.substr(result.used, piece), used);
    if (used > std::min(piece, bytes.size() - result.used)) std::abort();
    result.used += used;
  }
  if (result.progress == ReplyReader::Progress::malformed) return {result.progress, 0, 0, false};
  result.status = reader.status();
  result.keep_alive = reader.keep_alive();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool head_request = (data[0] & 1) != 0;
  const std::size_t piece = 1 + (data[0] >> 1);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (!(read(bytes, bytes.size() + 1, head_request) == read(bytes, piece, head_request))) std::abort();
  return 0;
}
