// Convolutions 3 × 3 at stride 1 with a zero on every side, and their gradients, by minimal filtering F(2 × 2, 3 × 3): a tile of
// 2 × 2 pixels takes 16 products a pair of channels instead of 36. What is multiplied is sums of four numbers, which bfloat16
// rounds: what comes out is then off by some 4 · 10⁻³ of its root mean square, where rounding it alone makes 1.7 · 10⁻³.
// Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016.
#pragma once
#include "convolution.h"
#include "filter-gradient.h"

namespace kindred {

// Whether it is worth it: enough channels and tiles, and few tiles that reach over an image's edge. @param together numbers
// that one product takes (`products.h`).
bool suitsWinograd(const ConvolutionShape& shape);
bool suitsWinograd(const FilterGradientShape& shape, int together);

// As `convolve` and `filterGradient`; for shapes that suit. The same result whatever the number of threads.
template <typename T>
void convolveByTiles(const ConvolutionShape& shape, const T* x, const T* kernel, T* y);
template <typename T>
void filterGradientByTiles(const FilterGradientShape& shape, const T* x, const T* dy, float* kernel);

}  // namespace kindred
