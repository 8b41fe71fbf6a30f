#include "fused-norm.h"

#include <cmath>
#include <vector>

#include "shared-work.h"

namespace kindred {
namespace {

// Rows summed in float32 before they are added up in double.
constexpr int64_t kBlockRows = 128;
// Parts in which rows are worked on: fixed by the shape alone.
constexpr int kParts = 32;

// What follows the norm.
enum NormEnd { kNoEnd, kRelu, kSideAndRelu };

template <typename T>
struct Loops {
  void (*addMoments)(const T*, int64_t, int64_t, int64_t, const float*, double*, double*);
  void (*applyNorm[3])(const NormForward<T>&, int64_t, int64_t, int64_t, const float*, const float*);
  void (*addSlopes[3][2])(const NormBackward<T>&, int64_t, int64_t, int64_t, const float*, const float*, double*, double*);
  void (*applySlopes[3][2])(const NormBackward<T>&, int64_t, int64_t, int64_t, const float*, const float*, const float*,
                            const float*, const float*);
};

namespace plain {
#include "fused-norm-loops.h"
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define KINDRED_WIDER_LOOPS
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
#include "fused-norm-loops.h"
}
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,fma,prefer-vector-width=512")
namespace avx512 {
#include "fused-norm-loops.h"
}
#pragma GCC pop_options
#endif

template <typename T>
const Loops<T>& fastestLoops() {
#ifdef KINDRED_WIDER_LOOPS
  static const bool has512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  static const bool has2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (has512) return avx512::loops<T>();
  if (has2) return avx2::loops<T>();
#endif
  return plain::loops<T>();
}

// Part i of the rows is [boundary(i), boundary(i + 1)).
int64_t boundary(int64_t rows, int part) { return rows * part / kParts; }

// Two sums for each channel over all rows: each part into its own, then joined in order.
template <typename Add>
void sumOverRows(const NormShape& shape, const Add& add, double* first, double* second) {
  const int64_t channels = shape.channels;
  std::vector<double> sums(2 * kParts * channels, 0.0);
  shareWork(kParts, [&](int part) {
    double* own = sums.data() + 2 * part * channels;
    add(boundary(shape.rows, part), boundary(shape.rows, part + 1), own, own + channels);
  });
  for (int part = 0; part < kParts; part++) {
    const double* own = sums.data() + 2 * part * channels;
    for (int64_t c = 0; c < channels; c++) {
      first[c] += own[c];
      second[c] += own[channels + c];
    }
  }
}

template <typename Apply>
void forRows(const NormShape& shape, const Apply& apply) {
  shareWork(kParts, [&](int part) { apply(boundary(shape.rows, part), boundary(shape.rows, part + 1)); });
}

float valueOf(float value) { return value; }
float valueOf(Bfloat16 value) {
  const uint32_t bits = static_cast<uint32_t>(value.bits) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

}  // namespace

template <typename T>
void normForward(const NormShape& shape, float epsilon, bool isRectified, const NormForward<T>& t) {
  const Loops<T>& loops = fastestLoops<T>();
  const int64_t channels = shape.channels;
  // Moments are taken about the first row, so that a mean far from 0 costs no digits.
  std::vector<float> about(channels), scale(channels), shift(channels);
  for (int64_t c = 0; c < channels; c++) about[c] = valueOf(t.x[c]);
  std::vector<double> sum(channels, 0.0), square(channels, 0.0);
  sumOverRows(
      shape,
      [&](int64_t first, int64_t last, double* s, double* q) {
        loops.addMoments(t.x, channels, first, last, about.data(), s, q);
      },
      sum.data(), square.data());
  const double rows = static_cast<double>(shape.rows);
  for (int64_t c = 0; c < channels; c++) {
    const double offset = sum[c] / rows;
    const double variance = std::fmax(square[c] / rows - offset * offset, 0.0);
    const double mean = about[c] + offset;
    const double inverse = 1.0 / std::sqrt(variance + epsilon);
    t.mean[c] = static_cast<float>(mean);
    t.unbiasedVariance[c] = static_cast<float>(variance * rows / (rows > 1 ? rows - 1 : 1));
    t.inverseDeviation[c] = static_cast<float>(inverse);
    scale[c] = static_cast<float>(t.gamma[c] * inverse);
    shift[c] = static_cast<float>(t.beta[c] - mean * t.gamma[c] * inverse);
  }
  const auto apply = loops.applyNorm[!isRectified ? kNoEnd : t.side == nullptr ? kRelu : kSideAndRelu];
  forRows(shape, [&](int64_t first, int64_t last) { apply(t, channels, first, last, scale.data(), shift.data()); });
}

template <typename T>
void normBackward(const NormShape& shape, const NormBackward<T>& t) {
  const Loops<T>& loops = fastestLoops<T>();
  const int64_t channels = shape.channels;
  const double rows = static_cast<double>(shape.rows);
  const NormEnd after = t.beta == nullptr ? kNoEnd : t.y == nullptr ? kRelu : kSideAndRelu;
  const bool hasMore = t.more != nullptr;
  std::vector<float> scale(channels), shift(channels), slope(channels), tilt(channels), level(channels);
  for (int64_t c = 0; c < channels; c++) {
    const double a = static_cast<double>(t.gamma[c]) * t.inverseDeviation[c];
    scale[c] = static_cast<float>(a);
    shift[c] = after == kNoEnd ? 0 : static_cast<float>(t.beta[c] - t.mean[c] * a);
  }
  std::vector<double> sum(channels, 0.0), product(channels, 0.0);
  const auto add = loops.addSlopes[after][hasMore];
  sumOverRows(
      shape,
      [&](int64_t first, int64_t last, double* s, double* p) {
        add(t, channels, first, last, scale.data(), shift.data(), s, p);
      },
      sum.data(), product.data());
  for (int64_t c = 0; c < channels; c++) {
    const double inverse = t.inverseDeviation[c];
    const double dgamma = product[c] * inverse;
    const double a = t.gamma[c] * inverse;
    const double perX = -a * inverse * dgamma / rows;
    t.dgamma[c] = static_cast<float>(dgamma);
    t.dbeta[c] = static_cast<float>(sum[c]);
    slope[c] = static_cast<float>(a);
    tilt[c] = static_cast<float>(perX);
    level[c] = static_cast<float>(-a * sum[c] / rows - perX * t.mean[c]);
  }
  const auto apply = loops.applySlopes[after][hasMore];
  forRows(shape, [&](int64_t first, int64_t last) {
    apply(t, channels, first, last, scale.data(), shift.data(), slope.data(), tilt.data(), level.data());
  });
}

template void normForward<float>(const NormShape&, float, bool, const NormForward<float>&);
template void normForward<Bfloat16>(const NormShape&, float, bool, const NormForward<Bfloat16>&);
template void normBackward<float>(const NormShape&, const NormBackward<float>&);
template void normBackward<Bfloat16>(const NormShape&, const NormBackward<Bfloat16>&);

}  // namespace kindred
