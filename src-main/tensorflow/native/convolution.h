// Convolutions of images and their gradients by input, 1 × 1 and 3 × 3, of float32 or bfloat16, summed in float32 registers.
// TensorFlow's own copy activations into blocks before they compute, which takes as long as computing with few channels.
#pragma once
#include <cstdint>

#include "row-vectors.h"

namespace kindred {

// What is read and what is written: of a gradient by input, dy is read and dx written.
struct ConvolutionShape {
  int images;
  int height, width;
  int outHeight, outWidth;
  // From one pixel that is read to the next (times the stride, but of a gradient) a power of two from 16 on; a multiple of 16.
  int inChannels, outChannels;
  // 1 or 3.
  int side;
  // 1 or 2, of the convolution.
  int stride;
  // Zeros on every side of what the convolution reads. Of a side of 3: 1 at stride 1, 0 or 1 at stride 2; of a side of 1: 0.
  int pad;
  bool isGradient;
};

bool fitsConvolution(const ConvolutionShape& shape);

// What ends a convolution: y = relu(convolved + bias + side), or the same without a side (null), or with the bias alone (not
// rectified). The numbers are those that the three would give one after the other.
template <typename T>
struct ConvolutionEnd {
  // [outChannels]; null: nothing ends it.
  const T* bias = nullptr;
  // As y.
  const T* side = nullptr;
  bool isRectified = false;
};

// x [images, height, width, inChannels] → y [images, outHeight, outWidth, outChannels]. The kernel is the convolution's
// own: [side, side, inChannels, outChannels], of a gradient [side, side, outChannels, inChannels]. The same result
// whatever the number of threads. Needs the products of T (`products.h`).
template <typename T>
void convolve(const ConvolutionShape& shape, const T* x, const T* kernel, const ConvolutionEnd<T>& end, T* y);

}  // namespace kindred
