// The gradient of a convolution's kernel, 1 × 1 or 3 × 3, of float32 or bfloat16. TensorFlow's own reaches half of what the processor can do,
// because it reorders activations that are hardly used again.
#pragma once
#include <cstdint>

#include "row-vectors.h"

namespace kindred {

struct FilterGradientShape {
  int images;
  // Of the convolution's input, before `pad`.
  int height, width;
  // Of the gradient of its output.
  int outHeight, outWidth;
  // Multiples of 16.
  int inChannels, outChannels;
  // 1 or 3.
  int side;
  // 1 or 2.
  int stride;
  // Zeros on every side of the images: 0 or 1, of a side of 1 always 0.
  int pad;
};

bool fitsFilterGradient(const FilterGradientShape& shape);

// x [images, height, width, inChannels], dy [images, outHeight, outWidth, outChannels] → kernel [side, side, inChannels,
// outChannels] in float32. The same result whatever the number of threads. Needs the products of T (`products.h`).
template <typename T>
void filterGradient(const FilterGradientShape& shape, const T* x, const T* dy, float* kernel);

}  // namespace kindred
