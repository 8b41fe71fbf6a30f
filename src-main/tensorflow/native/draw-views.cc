#include "draw-views.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "shared-work.h"

namespace kindred {

bool fitsViews(const ViewsShape& s) {
  const bool isSized = s.views > 0 && s.slots > 0 && s.side > 0 && s.canvasSide > 0 && s.linearCount >= 0;
  return isSized && s.streams > 0 && s.slots % s.streams == 0 && s.blurRadius >= 0 && s.blurRadius < s.side;
}

namespace {

template <typename T>
using AddRow = void (*)(float, const T*, int, float*);

struct Loops {
  std::tuple<AddRow<uint8_t>, AddRow<int32_t>, AddRow<float>> addRow;
  void (*resizeRow)(const float*, const int32_t*, const float*, int, int, float*);
  float (*meanGrey)(const float*, const float*, const float*, int);
  void (*mixColours)(float*, float*, float*, int, float, float, float);
  void (*turnHue)(float*, float*, float*, int, float);
  void (*blurLine)(const float*, const float*, int, int, float*);
  void (*interleave)(const float*, const float*, const float*, int, float, float*);
};

namespace plain {
#include "draw-views-loops.h"
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define KINDRED_WIDER_LOOPS
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
#include "draw-views-loops.h"
}
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,fma,prefer-vector-width=512")
namespace avx512 {
#include "draw-views-loops.h"
}
#pragma GCC pop_options
#endif

const Loops& fastestLoops() {
#ifdef KINDRED_WIDER_LOOPS
  static const bool has512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  static const bool has2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (has512) return avx512::loops();
  if (has2) return avx2::loops();
#endif
  return plain::loops();
}

// Which pixels of a line of the box an output is the weighted sum of: `taps` from `first`, weights by tap, then output.
// Antialiased bilinear, as simclr/views/resize-weights.ts explains it.
struct Resizing {
  int length = 0, taps = 0;
  std::vector<int32_t> first;
  std::vector<float> weights;

  void plan(float scale, bool isFlipped, int side, int canvasSide, float total) {
    length = std::clamp(static_cast<int>(std::lround(scale * side)), 1, canvasSide);
    const float support = std::max(scale, 1.0f);
    taps = static_cast<int>(std::ceil(2 * support)) + 1;
    first.resize(side);
    weights.resize(static_cast<size_t>(side) * taps);
    for (int output = 0; output < side; output++) {
      const float centre = scale * (isFlipped ? side - (output + 0.5f) : output + 0.5f);
      const int from = std::clamp(static_cast<int>(std::floor(centre - support - 0.5f)) + 1, 0, length - 1);
      float sum = 0;
      for (int t = 0; t < taps; t++) {
        const float weight = support - std::fabs((from + t) + 0.5f - centre);
        const float kept = from + t < length && weight > 0 ? weight : 0;
        weights[static_cast<size_t>(t) * side + output] = kept;
        sum += kept;
      }
      for (int t = 0; t < taps; t++) weights[static_cast<size_t>(t) * side + output] *= total / sum;
      first[output] = from;
    }
  }
};

// Draws one view after the other, in memory that it keeps.
template <typename T>
class Drawer {
 public:
  Drawer(const ViewsShape& shape, const T* canvas, const float* numbers)
      : s_(shape), canvas_(canvas), numbers_(numbers), loops_(fastestLoops()), pixels_(shape.side * shape.side) {
    planes_.resize(3 * static_cast<size_t>(pixels_));
  }

  void draw(int slot, float* view) {
    crop(slot);
    float *red = planes_.data(), *green = red + pixels_, *blue = green + pixels_;
    const int before = slot / (s_.slots / s_.streams);
    for (int i = 0; i <= s_.linearCount; i++) {
      const float turn = number(kHue, slot);
      if (s_.hasHue && i == before && turn != 0) loops_.turnHue(red, green, blue, pixels_, 6 * turn);
      if (i < s_.linearCount) mix(slot, kLinear + 3 * i);
    }
    if (s_.blurRadius > 0) blur(number(kBlur, slot));
    loops_.interleave(red, green, blue, pixels_, s_.hasGrey ? number(kGrey, slot) : 0.0f, view);
  }

 private:
  float number(int row, int slot) const { return numbers_[static_cast<int64_t>(row) * s_.slots + slot]; }

  void crop(int slot) {
    rows_.plan(number(kScaleY, slot), number(kFlipY, slot) > 0, s_.side, s_.canvasSide, 1.0f / 255);
    columns_.plan(number(kScaleX, slot), number(kFlipX, slot) > 0, s_.side, s_.canvasSide, 1.0f);
    // Taps that weigh nothing may lie beyond the box.
    line_.assign(columns_.length + columns_.taps, 0.0f);
    const int64_t plane = static_cast<int64_t>(s_.canvasSide) * s_.canvasSide;
    for (int c = 0; c < 3; c++) {
      const T* from = canvas_ + (3 * static_cast<int64_t>(slot) + c) * plane;
      for (int y = 0; y < s_.side; y++) {
        std::fill(line_.begin(), line_.begin() + columns_.length, 0.0f);
        for (int t = 0; t < rows_.taps; t++) {
          const float weight = rows_.weights[static_cast<size_t>(t) * s_.side + y];
          const T* row = from + static_cast<int64_t>(rows_.first[y] + t) * s_.canvasSide;
          if (weight > 0) std::get<AddRow<T>>(loops_.addRow)(weight, row, columns_.length, line_.data());
        }
        loops_.resizeRow(line_.data(), columns_.first.data(), columns_.weights.data(), columns_.taps, s_.side,
                         planes_.data() + c * pixels_ + y * s_.side);
      }
    }
  }

  // A linear operation; at 1, 0, 0 it leaves all as it is.
  void mix(int slot, int row) {
    const float own = number(row, slot), grey = number(row + 1, slot), mean = number(row + 2, slot);
    if (own == 1 && grey == 0 && mean == 0) return;
    float *red = planes_.data(), *green = red + pixels_, *blue = green + pixels_;
    const float shift = mean == 0 ? 0 : mean * loops_.meanGrey(red, green, blue, pixels_);
    loops_.mixColours(red, green, blue, pixels_, own, grey, shift);
  }

  void blur(float exponent) {
    const int radius = s_.blurRadius, side = s_.side;
    bell_.resize(radius + 1);
    float sum = -1;
    for (int d = 0; d <= radius; d++) sum += 2 * (bell_[d] = std::exp(exponent * static_cast<float>(d * d)));
    if (bell_[1] == 0) return;
    for (float& weight : bell_) weight /= sum;
    line_.resize(side + 2 * radius);
    blurred_.resize(pixels_);
    for (int c = 0; c < 3; c++) {
      float* plane = planes_.data() + c * pixels_;
      for (int y = 0; y < side; y++) {
        for (int i = -radius; i < side + radius; i++) line_[i + radius] = plane[y * side + reflected(i)];
        loops_.blurLine(line_.data(), bell_.data(), radius, side, blurred_.data() + y * side);
      }
      std::fill(plane, plane + pixels_, 0.0f);
      for (int y = 0; y < side; y++)
        for (int d = -radius; d <= radius; d++)
          std::get<AddRow<float>>(loops_.addRow)(bell_[std::abs(d)], blurred_.data() + reflected(y + d) * side, side,
                                                 plane + y * side);
    }
  }

  // A place beyond the edge is that as far within; the edge itself is not repeated.
  int reflected(int i) const {
    const int within = std::abs(i);
    return within < s_.side ? within : 2 * (s_.side - 1) - within;
  }

  const ViewsShape& s_;
  const T* canvas_;
  const float* numbers_;
  const Loops& loops_;
  const int pixels_;
  Resizing rows_, columns_;
  std::vector<float> planes_, line_, bell_, blurred_;
};

// More than threads, so that none waits long for another.
constexpr int kParts = 32;

}  // namespace

template <typename T>
void drawViews(const ViewsShape& s, const T* canvas, const float* numbers, const int32_t* slotOfView, float* views) {
  const int64_t size = 3LL * s.side * s.side;
  const int parts = std::min(kParts, s.views);
  shareWork(parts, [&](int part) {
    Drawer<T> drawer(s, canvas, numbers);
    const int last = static_cast<int>(static_cast<int64_t>(s.views) * (part + 1) / parts);
    for (int view = static_cast<int>(static_cast<int64_t>(s.views) * part / parts); view < last; view++)
      drawer.draw(slotOfView[view], views + view * size);
  });
}

template void drawViews(const ViewsShape&, const uint8_t*, const float*, const int32_t*, float*);
template void drawViews(const ViewsShape&, const int32_t*, const float*, const int32_t*, float*);
template void drawViews(const ViewsShape&, const float*, const float*, const int32_t*, float*);

}  // namespace kindred
