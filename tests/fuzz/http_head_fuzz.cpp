// The head parser over any bytes: no read beyond them, and no beginning of them that is judged
// otherwise than the whole.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "http/head_parser.hpp"
#include "require.hpp"

using pelton::http::Header;
using pelton::http::HeadParser;
using pelton::http::Limits;
using pelton::http::Refusal;
using pelton::http::RequestHead;

namespace {

using pelton::fuzz::require;

bool inside(std::string_view part, const char* data, std::size_t size) {
  return part.empty() || part == "/" || part == "*" ||
         (part.data() >= data && part.data() + part.size() <= data + size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Limits limits;
  limits.header_bytes = 2048;
  limits.target_bytes = 1024;
  limits.header_count = 16;
  HeadParser parser(limits);
  RequestHead head;
  Refusal refusal;

  // Exactly as large as the input, so that the sanitizer sees a read beyond it.
  const std::unique_ptr<char[]> exact(new char[size]);
  for (std::size_t i = 0; i < size; ++i) exact[i] = static_cast<char>(data[i]);
  const HeadParser::Outcome whole = parser.parse({exact.get(), size}, head, refusal);
  if (whole == HeadParser::Outcome::refused) require(refusal.status >= 400 && !refusal.detail.empty());
  if (whole == HeadParser::Outcome::need_more) require(size < limits.header_bytes);
  if (whole == HeadParser::Outcome::complete) {
    require(head.size <= size && head.size <= limits.header_bytes);
    require(head.view.headers.size() <= limits.header_count);
    require(inside(head.view.target, exact.get(), size) && inside(head.view.host, exact.get(), size));
    require(!head.view.path.empty());
    for (const Header& header : head.view.headers) {
      require(!header.name.empty() && inside(header.name, exact.get(), size) &&
              inside(header.value, exact.get(), size));
    }
  }

  const int status = refusal.status;
  const std::size_t complete_size = head.size;
  const std::size_t step = size / 64 + 1;
  for (std::size_t part = 0; part < size; part += step) {
    const std::unique_ptr<char[]> beginning(new char[part]);
    for (std::size_t i = 0; i < part; ++i) beginning[i] = exact[i];
    refusal = {};
    const HeadParser::Outcome outcome = parser.parse({beginning.get(), part}, head, refusal);
    if (outcome == HeadParser::Outcome::need_more) continue;
    require(outcome == whole);
    require(outcome == HeadParser::Outcome::complete ? head.size == complete_size : refusal.status == status);
  }
  return 0;
}
