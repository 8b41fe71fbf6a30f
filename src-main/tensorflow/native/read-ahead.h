// Brings memory near a little at a time while something else is computed, so that what is computed next needn't wait.
#pragma once
#include <algorithm>
#include <cstdint>

namespace kindred {

class ReadAhead {
 public:
  // Nothing is brought before `plan`.
  void plan(const void* from, int64_t bytes, int64_t steps) {
    at_ = static_cast<const char*>(from);
    end_ = at_ + bytes;
    linesOfStep_ = (bytes / kLine + steps) / std::max<int64_t>(1, steps);
  }

  void step() {
    for (int64_t i = 0; i < linesOfStep_ && at_ < end_; i++, at_ += kLine) __builtin_prefetch(at_, 0, 2);
  }

 private:
  static constexpr int kLine = 64;
  const char *at_ = nullptr, *end_ = nullptr;
  int64_t linesOfStep_ = 0;
};

}  // namespace kindred
