// Gradients of kernels as `filter-gradient.h` has them, of bfloat16, by products of tiles (`matrix-units.h`).
#pragma once
#include "filter-gradient.h"

namespace kindred {

// Whether tiles are filled well enough: some images, or pixels where a pixel stands for itself.
bool suitsMatrixUnits(const FilterGradientShape& shape);

// As `filterGradient`; for shapes that suit. The same result whatever the number of threads.
void filterGradientByMatrixUnits(const FilterGradientShape& shape, const Bfloat16* x, const Bfloat16* dy, float* kernel);

}  // namespace kindred
