// Draws augmented views from a canvas of boxes: crop, resize and mirror, colour jitter, blur, grey. What is drawn, and
// from which numbers, is defined by simclr/views/composed-views.ts, with which this agrees.
#pragma once
#include <cstdint>

namespace kindred {

struct ViewsShape {
  int views, slots;
  // Sides of a view and of a canvas, pixels.
  int side, canvasSide;
  // Linear operations on the colours.
  int linearCount;
  // Slots come in so many equal parts; in part q the hue is turned after q linear operations. Without turns: 1.
  int streams;
  bool hasHue, hasGrey;
  // Of the kernel that blurs, in pixels: less than `side`; 0: nothing is blurred.
  int blurRadius;
};

// Rows of the numbers of a view.
enum ViewNumber { kScaleY, kScaleX, kFlipY, kFlipX, kHue, kGrey, kBlur, kLinear };

inline int viewNumberRows(const ViewsShape& shape) { return kLinear + 3 * shape.linearCount; }

bool fitsViews(const ViewsShape& shape);

// canvas [slots, 3, canvasSide, canvasSide] holding 0 … 255, of uint8, int32 or float; numbers [viewNumberRows, slots];
// slotOfView [views], each in [0, slots) → views [views, side, side, 3] in [0, 1].
template <typename T>
void drawViews(const ViewsShape& shape, const T* canvas, const float* numbers, const int32_t* slotOfView, float* views);

}  // namespace kindred
