#include "graph/refused_row.hpp"

#include <new>

namespace pelton::graph {
namespace {

thread_local RefusalListener* current = nullptr;

}  // namespace

RefusalListener::RefusalListener() noexcept : outer_(current) { current = this; }
RefusalListener::~RefusalListener() { current = outer_; }
bool RefusalListener::listening() noexcept { return current != nullptr; }
void RefusalListener::tell(std::string_view reason) noexcept try {
  if (current != nullptr) current->reason_ = reason;
} catch (const std::bad_alloc&) {
  current->reason_.clear();  // memory ran out; told without a reason
}

}  // namespace pelton::graph
