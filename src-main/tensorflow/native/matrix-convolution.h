// Convolutions and gradients by input as `convolution.h` has them, of bfloat16, by products of tiles (`matrix-units.h`).
#pragma once
#include "convolution.h"

namespace kindred {

// Whether tiles are filled well enough: channels in sixteens, and some images, or pixels where a pixel stands for itself.
bool suitsMatrixUnits(const ConvolutionShape& shape);

// As `convolve`; for shapes that suit. The same result whatever the number of threads.
void convolveByMatrixUnits(const ConvolutionShape& shape, const Bfloat16* x, const Bfloat16* kernel,
                           const ConvolutionEnd<Bfloat16>& end, Bfloat16* y);

}  // namespace kindred
