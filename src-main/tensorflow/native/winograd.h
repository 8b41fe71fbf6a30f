// Convolutions 3 × 3 at stride 1 with a zero on every side, and their gradients, by minimal filtering F(2 × 2, 3 × 3): a tile of
// 2 × 2 pixels takes 16 products a pair of channels instead of 36. Float32 only: what is multiplied is sums of four numbers,
// which bfloat16 would round. Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016.
#pragma once
#include "convolution.h"
#include "filter-gradient.h"

namespace kindred {

// Whether it is worth it: enough channels and tiles, and few tiles that reach over an image's edge.
bool suitsWinograd(const ConvolutionShape& shape);
bool suitsWinograd(const FilterGradientShape& shape);

// As `convolve` and `filterGradient`; for shapes that suit. The same result whatever the number of threads.
template <typename T>
void convolveByTiles(const ConvolutionShape& shape, const T* x, const T* kernel, T* y);
void filterGradientByTiles(const FilterGradientShape& shape, const float* x, const float* dy, float* kernel);

}  // namespace kindred
