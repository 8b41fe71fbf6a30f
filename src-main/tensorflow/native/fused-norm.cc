#include "fused-norm.h"

#include <algorithm>
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
  void (*addGivenSlopes[2])(const NormBackward<T>&, int64_t, int64_t, int64_t, const float*, const float*, double*, double*);
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

float widened(float number) { return number; }

float widened(Bfloat16 number) {
  const uint32_t bits = static_cast<uint32_t>(number.bits) << 16;
  float wide;
  std::memcpy(&wide, &bits, sizeof wide);
  return wide;
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

struct Moments {
  explicit Moments(int64_t channels) : mean(channels), variance(channels) {}
  // The variance biased.
  std::vector<double> mean, variance;
};

template <typename T>
Moments momentsOf(const NormShape& shape, const T* x) {
  const int64_t channels = shape.channels;
  // Taken about the first row, so that a mean far from 0 costs no digits.
  std::vector<float> about(channels);
  for (int64_t c = 0; c < channels; c++) about[c] = valueOf(x[c]);
  Moments result(channels);
  sumOverRows(
      shape,
      [&](int64_t first, int64_t last, double* s, double* q) {
        fastestLoops<T>().addMoments(x, channels, first, last, about.data(), s, q);
      },
      result.mean.data(), result.variance.data());
  const double rows = static_cast<double>(shape.rows);
  for (int64_t c = 0; c < channels; c++) {
    const double offset = result.mean[c] / rows;
    result.variance[c] = std::fmax(result.variance[c] / rows - offset * offset, 0.0);
    result.mean[c] = about[c] + offset;
  }
  return result;
}

// Of each channel what x is multiplied by, γ/σ, and what is added then.
struct ScaleAndShift {
  // beta: null for zeros. Forward and backward give the same floats here, so that a ReLU's mask is found again.
  ScaleAndShift(int64_t channels, const float* gamma, const float* beta, const float* mean, const float* inverseDeviation)
      : scale(channels), shift(channels) {
    for (int64_t c = 0; c < channels; c++) {
      const double a = static_cast<double>(gamma[c]) * inverseDeviation[c];
      scale[c] = static_cast<float>(a);
      shift[c] = beta == nullptr ? 0 : static_cast<float>(beta[c] - mean[c] * a);
    }
  }
  std::vector<float> scale, shift;
};

std::vector<float> inverseDeviations(const NormShape& shape, const GivenNorm& norm) {
  std::vector<float> inverse(shape.channels);
  for (int64_t c = 0; c < shape.channels; c++)
    inverse[c] = static_cast<float>(1.0 / std::sqrt(static_cast<double>(norm.variance[c]) + norm.epsilon));
  return inverse;
}

}  // namespace

template <typename T>
void normForward(const NormShape& shape, float epsilon, bool isRectified, const NormForward<T>& t) {
  const Loops<T>& loops = fastestLoops<T>();
  const int64_t channels = shape.channels;
  const double rows = static_cast<double>(shape.rows);
  const Moments m = momentsOf(shape, t.x);
  for (int64_t c = 0; c < channels; c++) {
    t.mean[c] = static_cast<float>(m.mean[c]);
    t.unbiasedVariance[c] = static_cast<float>(m.variance[c] * rows / (rows > 1 ? rows - 1 : 1));
    t.inverseDeviation[c] = static_cast<float>(1.0 / std::sqrt(m.variance[c] + epsilon));
  }
  const ScaleAndShift by(channels, t.gamma, t.beta, t.mean, t.inverseDeviation);
  const auto apply = loops.applyNorm[!isRectified ? kNoEnd : t.side == nullptr ? kRelu : kSideAndRelu];
  forRows(shape, [&](int64_t first, int64_t last) { apply(t, channels, first, last, by.scale.data(), by.shift.data()); });
}

template <typename T>
void normBackward(const NormShape& shape, const NormBackward<T>& t) {
  const Loops<T>& loops = fastestLoops<T>();
  const int64_t channels = shape.channels;
  const double rows = static_cast<double>(shape.rows);
  const NormEnd after = t.beta == nullptr ? kNoEnd : t.y == nullptr ? kRelu : kSideAndRelu;
  const bool hasMore = t.more != nullptr;
  const ScaleAndShift by(channels, t.gamma, t.beta, t.mean, t.inverseDeviation);
  std::vector<float> slope(channels), tilt(channels), level(channels);
  std::vector<double> sum(channels, 0.0), product(channels, 0.0);
  const auto add = loops.addSlopes[after][hasMore];
  sumOverRows(
      shape,
      [&](int64_t first, int64_t last, double* s, double* p) {
        add(t, channels, first, last, by.scale.data(), by.shift.data(), s, p);
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
    apply(t, channels, first, last, by.scale.data(), by.shift.data(), slope.data(), tilt.data(), level.data());
  });
}

template <typename T>
void moments(const NormShape& shape, const T* x, float* mean, float* variance) {
  const Moments m = momentsOf(shape, x);
  std::copy(m.mean.begin(), m.mean.end(), mean);
  std::copy(m.variance.begin(), m.variance.end(), variance);
}

template <typename T>
void normaliseBy(const NormShape& shape, const GivenNorm& norm, bool isRectified, const T* x, T* y) {
  const std::vector<float> inverse = inverseDeviations(shape, norm);
  const ScaleAndShift by(shape.channels, norm.gamma, norm.beta, norm.mean, inverse.data());
  NormForward<T> t = {};
  t.x = x;
  t.y = y;
  const auto apply = fastestLoops<T>().applyNorm[isRectified ? kRelu : kNoEnd];
  forRows(shape,
          [&](int64_t first, int64_t last) { apply(t, shape.channels, first, last, by.scale.data(), by.shift.data()); });
}

template <typename T>
void addBias(const NormShape& shape, bool isRectified, const T* x, const T* bias, const T* side, T* y) {
  const std::vector<float> ones(shape.channels, 1.0f);
  std::vector<float> shift(shape.channels);
  for (int64_t c = 0; c < shape.channels; c++) shift[c] = widened(bias[c]);
  NormForward<T> t = {};
  t.x = x;
  t.side = side;
  t.y = y;
  const auto apply = fastestLoops<T>().applyNorm[!isRectified ? kNoEnd : side == nullptr ? kRelu : kSideAndRelu];
  forRows(shape, [&](int64_t first, int64_t last) { apply(t, shape.channels, first, last, ones.data(), shift.data()); });
}

template <typename T>
void normaliseByBackward(const NormShape& shape, const GivenNorm& norm, const T* dy, const T* x, T* dx, float* dgamma,
                         float* dbeta) {
  const int64_t channels = shape.channels;
  const std::vector<float> inverse = inverseDeviations(shape, norm);
  const ScaleAndShift by(channels, norm.gamma, norm.beta, norm.mean, inverse.data());
  NormBackward<T> t = {};
  t.dy = dy;
  t.x = x;
  t.mean = norm.mean;
  t.dx = dx;
  std::vector<double> sum(channels, 0.0), product(channels, 0.0);
  const auto add = fastestLoops<T>().addGivenSlopes[norm.beta == nullptr ? kNoEnd : kRelu];
  sumOverRows(
      shape,
      [&](int64_t first, int64_t last, double* s, double* p) {
        add(t, channels, first, last, by.scale.data(), by.shift.data(), s, p);
      },
      sum.data(), product.data());
  for (int64_t c = 0; c < channels; c++) {
    dgamma[c] = static_cast<float>(product[c] * inverse[c]);
    dbeta[c] = static_cast<float>(sum[c]);
  }
}

template <typename T>
void throughStatistics(const NormShape& shape, const GivenNorm& norm, const float* dgamma, const float* dbeta, float count,
                       const T* slope, const T* x, T* dx) {
  const int64_t channels = shape.channels;
  const std::vector<float> inverse = inverseDeviations(shape, norm), ones(channels, 1.0f);
  std::vector<float> tilt(channels), level(channels);
  for (int64_t c = 0; c < channels; c++) {
    const double share = static_cast<double>(norm.gamma[c]) * inverse[c] / count;
    const double perX = -share * inverse[c] * dgamma[c];
    tilt[c] = static_cast<float>(perX);
    level[c] = static_cast<float>(-share * dbeta[c] - perX * norm.mean[c]);
  }
  NormBackward<T> t = {};
  t.dy = slope;
  t.x = x;
  t.dx = dx;
  const auto apply = fastestLoops<T>().applySlopes[kNoEnd][false];
  forRows(shape, [&](int64_t first, int64_t last) {
    apply(t, channels, first, last, ones.data(), ones.data(), ones.data(), tilt.data(), level.data());
  });
}

#define KINDRED_NORMS_OF(T)                                                                                        \
  template void normForward<T>(const NormShape&, float, bool, const NormForward<T>&);                              \
  template void normBackward<T>(const NormShape&, const NormBackward<T>&);                                         \
  template void moments<T>(const NormShape&, const T*, float*, float*);                                            \
  template void normaliseBy<T>(const NormShape&, const GivenNorm&, bool, const T*, T*);                            \
  template void addBias<T>(const NormShape&, bool, const T*, const T*, const T*, T*);                              \
  template void normaliseByBackward<T>(const NormShape&, const GivenNorm&, const T*, const T*, T*, float*, float*); \
  template void throughStatistics<T>(const NormShape&, const GivenNorm&, const float*, const float*, float, const T*, \
                                     const T*, T*);
KINDRED_NORMS_OF(float)
KINDRED_NORMS_OF(Bfloat16)
#undef KINDRED_NORMS_OF

}  // namespace kindred
