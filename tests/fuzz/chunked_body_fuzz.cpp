// The chunked decoder over any bytes, split anywhere: the same body, end and verdict as over the whole.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "http/chunked_decoder.hpp"

using pelton::http::ChunkedDecoder;
using pelton::http::Limits;
using pelton::http::Refusal;

namespace {

struct Decoded {
  ChunkedDecoder::Outcome outcome = ChunkedDecoder::Outcome::need_more;
  std::string body;
  std::size_t consumed = 0;
  int status = 0;
};

/// Decodes in place, in pieces whose sizes `seed` decides; 0 means all at once.
Decoded decode(const std::uint8_t* data, std::size_t size, std::uint32_t seed) {
  Limits limits;
  limits.body_bytes = 4096;
  limits.trailer_bytes = 256;
  limits.chunk_extension_bytes = 64;
  ChunkedDecoder decoder;
  Refusal refusal;
  Decoded all;
  while (all.consumed < size && all.outcome == ChunkedDecoder::Outcome::need_more) {
    seed = seed * 1664525U + 1013904223U;  // Numerical Recipes, section 7.1
    const std::size_t wanted = seed % 2 == 0 ? 1 : 1 + (seed >> 16) % 40;
    const std::size_t piece = seed == 1013904223U ? size : std::min(size - all.consumed, wanted);
    const std::unique_ptr<char[]> bytes(new char[piece]);
    for (std::size_t i = 0; i < piece; ++i) bytes[i] = static_cast<char>(data[all.consumed + i]);
    const auto progress = decoder.decode(bytes.get(), piece, bytes.get(), limits, refusal);
    if (progress.consumed > piece || progress.produced > progress.consumed) std::abort();
    all.body.append(bytes.get(), progress.produced);
    all.consumed += progress.consumed;
    all.outcome = progress.outcome;
  }
  all.status = refusal.status;
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Decoded whole = decode(data, size, 0);
  if (whole.body.size() > 4096) std::abort();
  if ((whole.outcome == ChunkedDecoder::Outcome::refused) != (whole.status != 0)) std::abort();
  for (const std::uint32_t seed : {1U, 2U, 3U, static_cast<std::uint32_t>(size) + 4U}) {
    const Decoded split = decode(data, size, seed);
    if (split.outcome != whole.outcome || split.body != whole.body || split.consumed != whole.consumed ||
        split.status != whole.status) {
      std::abort();
    }
  }
  return 0;
}
