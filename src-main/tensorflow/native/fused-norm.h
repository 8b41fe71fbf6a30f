// Batch norm, with the ReLU and the residual sum after it or without, forward and backward: each value is read as few times as
// the statistics allow, where separate operations read and write it once more for every one of them.
//
// x, side, y and gradients are [rows, channels], row-major, of float32 or bfloat16; per-channel numbers are float32.
// Sums are made in fixed parts of the rows and joined in order, so results do not depend on the number of threads.
#pragma once
#include <cstdint>

#include "row-vectors.h"

namespace kindred {

struct NormShape {
  int64_t rows;
  // A multiple of kLanes.
  int64_t channels;
};

template <typename T>
struct NormForward {
  const T* x;
  const float *gamma, *beta;
  // Added before the ReLU; null: nothing. Without a ReLU always null.
  const T* side;
  T* y;
  float *mean, *unbiasedVariance, *inverseDeviation;
};

template <typename T>
struct NormBackward {
  // The gradient of y is the sum of these two; `more` may be null.
  const T *dy, *more;
  const T* x;
  // y, where a side was added; null: the ReLU's mask is found from x.
  const T* y;
  // beta: null where there was no ReLU.
  const float *gamma, *beta, *mean, *inverseDeviation;
  // Gradient of the side, i.e. of the sum below the ReLU; null where there was none. May be the memory of dy.
  T* dside;
  // May be the memory of dy.
  T* dx;
  float *dgamma, *dbeta;
};

// y = relu(γ · (x − mean) / √(variance + ε) + β + side), or the same without ReLU and side. The numbers are those that the
// norm, the sum and the ReLU would give one after the other, and so are the gradients.
template <typename T>
void normForward(const NormShape& shape, float epsilon, bool isRectified, const NormForward<T>& tensors);

template <typename T>
void normBackward(const NormShape& shape, const NormBackward<T>& tensors);

// The same in steps, for statistics of more than what is at hand: those of a part of the batch, the norm by those of the
// whole, its gradient with the statistics held constant, and what goes through them.

// mean and (biased) variance of each channel.
template <typename T>
void moments(const NormShape& shape, const T* x, float* mean, float* variance);

// y = relu(x + bias + side), or the same without a side (null), or x + bias alone: what is left of a norm whose scale is in the
// kernel of the convolution before it. May be the memory of x.
template <typename T>
void addBias(const NormShape& shape, bool isRectified, const T* x, const T* bias, const T* side, T* y);

// What a norm goes by; the variance biased.
struct GivenNorm {
  const float *mean, *variance, *gamma, *beta;
  float epsilon;
};

// y = γ · (x − mean) / √(variance + ε) + β, or relu of it.
template <typename T>
void normaliseBy(const NormShape& shape, const GivenNorm& norm, bool isRectified, const T* x, T* y);

// dx = γ/σ · g, dgamma = Σ g · x̂, dbeta = Σ g, where g is dy or, of a rectified norm (beta is not null), what of it the ReLU
// lets through. dx may be the memory of dy.
template <typename T>
void normaliseByBackward(const NormShape& shape, const GivenNorm& norm, const T* dy, const T* x, T* dx, float* dgamma,
                         float* dbeta);

// dx = slope − γ/σ · (dbeta + x̂ · dgamma) / count, where those two are of the whole batch and `count` is its values of a
// channel. May be the memory of slope.
template <typename T>
void throughStatistics(const NormShape& shape, const GivenNorm& norm, const float* dgamma, const float* dbeta, float count,
                       const T* slope, const T* x, T* dx);

}  // namespace kindred
