#include "graph/refused_row.hpp"

namespace pelton::graph {
namespace {

thread_local RefusalListener* current = nullptr;

}  // namespace

RefusalListener::RefusalListener() noexcept : outer_(current) { current = this; }
RefusalListener::~RefusalListener() { current = outer_; }
bool RefusalListener::listening() noexcept { return current != nullptr; }
void RefusalListener::tell(const std::string& reason) {
  if (current != nullptr) current->reason_ = reason;
}

}  // namespace pelton::graph
