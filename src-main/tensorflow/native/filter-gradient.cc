#include "filter-gradient.h"

#include <algorithm>
#include <vector>

#include "bfloat16-products.h"
#include "read-ahead.h"
#include "shared-work.h"

/* The products are of pairs of pixels at the same place in two images, which are laid side by side, channel by channel:
 *
 *   lines   [two images][sixteen input channels][row][column][input channel of those][2]     zeros around the images
 *   pairs   [two images][block of output channels][row][column][output channel of those][2]
 *
 * A tap is then the sum over images, rows and columns of (a pair of an input channel, in all lanes) × (sixteen pairs of
 * dy): a distance in the lines for every tap, at any stride.
 *
 * Small kernels are summed by images: a few are laid out and added, each part of the images into a kernel of its own.
 * Large ones would be read and written too often: all images are laid out, then each part of the kernel is summed. */
namespace kindred {

bool hasFilterGradient() { return hasBfloat16Products(); }

namespace {

// Numbers above which a kernel is large.
constexpr int64_t kSmallKernel = 9 * 64 * 128;
// Bytes of lines and pairs that are summed at once, so that they stay in the nearest cache.
constexpr int64_t kNearBytes = 32 << 10;
// Bytes that are laid out at once, of a small kernel and of a large one.
constexpr int64_t kLaidBytes = 128 << 10, kManyLaidBytes = 32 << 20;
// Each part sums into a kernel of its own; fixed, so that the order of summing is.
constexpr int kMostParts = 16;
// Numbers of a kernel that are joined at once.
constexpr int64_t kSliceNumbers = 4096;
// Channels of a block of the lines, and numbers of them at a place.
constexpr int kInputs = 16, kPlace = 2 * kInputs;

}  // namespace

bool fitsFilterGradient(const FilterGradientShape& s) {
  const auto outOf = [&](int size) { return (size + 2 * s.pad - s.side) / s.stride + 1; };
  const bool isStride = s.stride == 1 || s.stride == 2;
  const bool isKnown = isStride && (s.side == 3 ? s.pad == 0 || s.pad == 1 : s.side == 1 && s.pad == 0) && s.images > 0;
  return isKnown && s.outHeight == outOf(s.height) && s.outWidth == outOf(s.width) && s.inChannels % kInputs == 0 &&
         s.outChannels % 16 == 0;
}

#ifdef KINDRED_BFLOAT16_PRODUCTS

KINDRED_PRODUCTS_BEGIN
namespace {

// Sizes of what is laid out, distances in numbers.
struct Layout {
  explicit Layout(const FilterGradientShape& s)
      : step(s.side == 1 ? s.stride : 1), stride(s.stride / step), rows((s.outHeight - 1) * stride + s.side),
        columns((s.outWidth - 1) * stride + s.side), outputs(s.outChannels % 32 == 0 ? 32 : 16) {
    lineStep = static_cast<int64_t>(columns) * kPlace;
    lineBlock = rows * lineStep;
    lineImages = lineBlock * (s.inChannels / kInputs);
    pairStep = static_cast<int64_t>(s.outWidth) * 2 * outputs;
    pairBlock = s.outHeight * pairStep;
    images = lineImages + pairBlock * (s.outChannels / outputs);
  }
  // From one pixel laid out to the next, in the image; and from one that a tap needs to the next, in the lines. Of a kernel
  // of one pixel only what it reads is laid out.
  const int step, stride;
  // Of the lines.
  const int rows, columns;
  // Output channels of a block.
  const int outputs;
  // `images`: from two images to the next two; their pairs come after their lines.
  int64_t lineStep, lineBlock, lineImages, pairStep, pairBlock, images;
};

// Some rows of some images.
struct Band {
  const Bfloat16 *lines, *pairs;
  int twos, rows, columns;
  int64_t images, lineStep, pairStep;
};

// Adds one row of taps of `inputs` input channels and 16 · `vectors` output channels to the kernel.
template <int taps, int stride, int inputs, int vectors>
void addTaps(const Band& band, float* kernel, int64_t inputStep, int64_t tapStep) {
  __m512 sums[inputs][taps][vectors];
#pragma GCC unroll 16
  for (int i = 0; i < inputs; i++)
#pragma GCC unroll 3
    for (int t = 0; t < taps; t++)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) sums[i][t][v] = _mm512_loadu_ps(kernel + i * inputStep + t * tapStep + v * 16);
  for (int two = 0; two < band.twos; two++) {
    for (int row = 0; row < band.rows; row++) {
      const Bfloat16* pair = band.pairs + two * band.images + row * band.pairStep;
      const Bfloat16* line = band.lines + two * band.images + row * stride * band.lineStep;
      for (int column = 0; column < band.columns; column++) {
        __m512bh gradient[vectors];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) gradient[v] = (__m512bh)_mm512_loadu_si512(pair + v * 32);
#pragma GCC unroll 3
        for (int t = 0; t < taps; t++)
#pragma GCC unroll 16
          for (int i = 0; i < inputs; i++) {
            const __m512bh pixel = pairInAllLanes(line + t * kPlace + 2 * i);
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++) sums[i][t][v] = _mm512_dpbf16_ps(sums[i][t][v], pixel, gradient[v]);
          }
        pair += vectors * 32;
        line += stride * kPlace;
      }
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < inputs; i++)
#pragma GCC unroll 3
    for (int t = 0; t < taps; t++)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) _mm512_storeu_ps(kernel + i * inputStep + t * tapStep + v * 16, sums[i][t][v]);
}

// All taps of sixteen input channels and a block of output channels: 16 or 24 sums of sixteen at a time.
template <int taps, int stride, int vectors>
void addBlock(const FilterGradientShape& s, const Band& band, float* kernel, ReadAhead (&ahead)[2]) {
  constexpr int inputs = (taps == 1 ? 16 : 8) / vectors;
  const int64_t tapStep = static_cast<int64_t>(s.inChannels) * s.outChannels;
  for (int in = 0; in < kInputs; in += inputs)
    for (int tapRow = 0; tapRow < taps; tapRow++) {
      Band row = band;
      row.lines += tapRow * band.lineStep + 2 * in;
      addTaps<taps, stride, inputs, vectors>(row, kernel + taps * tapRow * tapStep + static_cast<int64_t>(in) * s.outChannels,
                                             s.outChannels, tapStep);
      for (ReadAhead& part : ahead) part.step();
    }
}

// Numbers of two images, paired; null is zeros.
inline void layPlace(const Bfloat16* first, const Bfloat16* second, Bfloat16* to) {
  const __m256i zeros = _mm256_setzero_si256();
  const __m256i a = first == nullptr ? zeros : _mm256_loadu_si256((const __m256i*)first);
  const __m256i b = second == nullptr ? zeros : _mm256_loadu_si256((const __m256i*)second);
  _mm512_storeu_si512(to, pairedRows(a, b));
}

// `columns` pixels, each `step` numbers after the one before.
void layRow(const Bfloat16* first, const Bfloat16* second, int columns, int step, int channels, int blockChannels,
            int64_t block, Bfloat16* to) {
  for (int column = 0; column < columns; column++, to += 2 * blockChannels, first += step, second += step) {
    Bfloat16* at = to;
    for (int c = 0; c < channels; c += blockChannels, at += block)
      for (int k = 0; k < blockChannels; k += 16) layPlace(first + c + k, second + c + k, at + 2 * k);
  }
}

class Laid {
 public:
  // For so many twos of images, in memory that a thread keeps for the next.
  Laid(const FilterGradientShape& shape, const Bfloat16* x, const Bfloat16* dy, int twos)
      : layout(shape), s_(shape), x_(x), dy_(dy) {
    thread_local std::vector<Bfloat16> kept;
    const size_t size = static_cast<size_t>(twos) * layout.images;
    if (kept.size() < size) kept.resize(size);
    at_ = kept.data();
    zeros_.resize(static_cast<size_t>(std::max(s_.width * s_.inChannels, s_.outWidth * s_.outChannels)), Bfloat16{0});
  }

  // Images 2 · two and 2 · two + 1, as the `at`-th two.
  void lay(int at, int two) {
    const int64_t xSize = static_cast<int64_t>(s_.height) * s_.width * s_.inChannels;
    const int64_t dySize = static_cast<int64_t>(s_.outHeight) * s_.outWidth * s_.outChannels;
    const bool isAlone = 2 * two + 1 == s_.images;
    const Bfloat16* x = x_ + 2 * two * xSize;
    Bfloat16* lines = at_ + at * layout.images;
    for (int row = 0; row < layout.rows; row++) layLine(x, isAlone ? nullptr : x + xSize, row, lines + row * layout.lineStep);
    const Bfloat16* dy = dy_ + 2 * two * dySize;
    Bfloat16* pairs = lines + layout.lineImages;
    for (int row = 0; row < s_.outHeight; row++) {
      const Bfloat16* from = dy + static_cast<int64_t>(row) * s_.outWidth * s_.outChannels;
      layRow(from, isAlone ? zeros_.data() : from + dySize, s_.outWidth, s_.outChannels, s_.outChannels, layout.outputs, layout.pairBlock,
             pairs + row * layout.pairStep);
    }
  }

  // Adds what `count` twos from the `at`-th have for sixteen input channels and a block of output channels.
  void add(int at, int count, int in, int out, float* kernel, ReadAhead (&ahead)[2]) const {
    const Bfloat16* lines = at_ + at * layout.images + in / kInputs * layout.lineBlock;
    const Bfloat16* pairs = at_ + at * layout.images + layout.lineImages + out / layout.outputs * layout.pairBlock;
    float* block = kernel + static_cast<int64_t>(in) * s_.outChannels + out;
    const int64_t rowBytes = (layout.lineStep * layout.stride + layout.pairStep) * sizeof(Bfloat16);
    const int rows = static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(s_.outHeight, kNearBytes / rowBytes)));
    const int twos = std::max(1, static_cast<int>(kNearBytes / (rowBytes * rows)));
    for (int two = 0; two < count; two += twos)
      for (int row = 0; row < s_.outHeight; row += rows) {
        const Band band = {lines + two * layout.images + row * layout.stride * layout.lineStep,
                           pairs + two * layout.images + row * layout.pairStep,
                           std::min(twos, count - two),
                           std::min(rows, s_.outHeight - row),
                           s_.outWidth,
                           layout.images,
                           layout.lineStep,
                           layout.pairStep};
        addBand(band, block, ahead);
      }
  }

  // While the twos laid out are added, bring `count` twos from `two` near.
  void planAhead(int two, int count, ReadAhead (&ahead)[2]) const {
    const int64_t xBytes = 2LL * s_.height * s_.width * s_.inChannels * sizeof(Bfloat16);
    const int64_t dyBytes = 2LL * s_.outHeight * s_.outWidth * s_.outChannels * sizeof(Bfloat16);
    const int64_t rowBytes = (layout.lineStep * layout.stride + layout.pairStep) * sizeof(Bfloat16);
    const int64_t blocks = (s_.inChannels / kInputs) * (s_.outChannels / layout.outputs);
    const int64_t bands = std::max<int64_t>(1, count * s_.outHeight * rowBytes / kNearBytes);
    const int64_t steps = (s_.side == 1 ? 1 : 3 * (kInputs * layout.outputs / 128)) * blocks * bands;
    ahead[0].plan(x_ + two * xBytes / 2, count * xBytes, steps);
    ahead[1].plan(dy_ + two * dyBytes / 2, count * dyBytes, steps);
  }

  const Layout layout;

 private:
  void addBand(const Band& band, float* block, ReadAhead (&ahead)[2]) const {
    if (layout.outputs == 32) addBand<2>(band, block, ahead);
    else addBand<1>(band, block, ahead);
  }

  template <int vectors>
  void addBand(const Band& band, float* block, ReadAhead (&ahead)[2]) const {
    if (s_.side == 1) addBlock<1, 1, vectors>(s_, band, block, ahead);
    else if (s_.stride == 1) addBlock<3, 1, vectors>(s_, band, block, ahead);
    else addBlock<3, 2, vectors>(s_, band, block, ahead);
  }

  void layLine(const Bfloat16* first, const Bfloat16* second, int row, Bfloat16* to) const {
    const int at = row * layout.step - s_.pad;
    const int64_t rowSize = static_cast<int64_t>(s_.width) * s_.inChannels;
    const bool isOutside = at < 0 || at >= s_.height;
    const Bfloat16* a = isOutside ? zeros_.data() : first + at * rowSize;
    const Bfloat16* b = isOutside || second == nullptr ? zeros_.data() : second + at * rowSize;
    const int columns = std::min(s_.width, layout.columns - s_.pad);
    layRow(a, b, columns, layout.step * s_.inChannels, s_.inChannels, kInputs, layout.lineBlock, to + s_.pad * kPlace);
    for (int block = 0; block < s_.inChannels / kInputs; block++, to += layout.lineBlock) {
      if (s_.pad > 0) layPlace(nullptr, nullptr, to);
      for (int column = s_.pad + columns; column < layout.columns; column++) layPlace(nullptr, nullptr, to + column * kPlace);
    }
  }

  const FilterGradientShape& s_;
  const Bfloat16 *x_, *dy_;
  Bfloat16* at_;
  std::vector<Bfloat16> zeros_;
};

int64_t kernelSize(const FilterGradientShape& s) {
  return static_cast<int64_t>(s.side) * s.side * s.inChannels * s.outChannels;
}

int twosOf(const FilterGradientShape& s) { return (s.images + 1) / 2; }

int twosIn(int64_t bytes, const FilterGradientShape& s) {
  const int64_t most = bytes / (Layout(s).images * static_cast<int64_t>(sizeof(Bfloat16)));
  return static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(twosOf(s), most)));
}

void sumByImages(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, float* kernel) {
  const int64_t size = kernelSize(s);
  const int twos = twosOf(s), atOnce = twosIn(kLaidBytes, s), parts = std::min(kMostParts, twos);
  thread_local std::vector<float> kept;
  if (kept.size() < static_cast<size_t>(parts * size)) kept.resize(parts * size);
  float* const sums = kept.data();
  shareWork(parts, [&](int part) {
    float* own = sums + part * size;
    std::fill(own, own + size, 0.0f);
    const int first = static_cast<int>(static_cast<int64_t>(twos) * part / parts);
    const int last = static_cast<int>(static_cast<int64_t>(twos) * (part + 1) / parts);
    Laid laid(s, x, dy, atOnce);
    ReadAhead ahead[2];
    for (int two = first; two < last; two += atOnce) {
      const int count = std::min(atOnce, last - two);
      for (int i = 0; i < count; i++) laid.lay(i, two + i);
      laid.planAhead(two + count, std::min(atOnce, last - two - count), ahead);
      for (int in = 0; in < s.inChannels; in += kInputs)
        for (int out = 0; out < s.outChannels; out += laid.layout.outputs) laid.add(0, count, in, out, own, ahead);
    }
  });
  const int slices = std::max<int>(1, std::min<int64_t>(kMostParts, size / kSliceNumbers));
  shareWork(slices, [&](int slice) {
    const int64_t first = size * slice / slices, last = size * (slice + 1) / slices;
    std::copy(sums + first, sums + last, kernel + first);
    for (int part = 1; part < parts; part++)
      for (int64_t i = first; i < last; i++) kernel[i] += sums[part * size + i];
  });
}

void sumByBlocks(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, float* kernel) {
  const int twos = twosOf(s), most = twosIn(kManyLaidBytes, s), sixteens = s.inChannels / kInputs;
  Laid laid(s, x, dy, most);
  const int outputs = laid.layout.outputs;
  std::fill(kernel, kernel + kernelSize(s), 0.0f);
  for (int first = 0; first < twos; first += most) {
    const int count = std::min(most, twos - first);
    shareWork(count, [&](int i) { laid.lay(i, first + i); });
    shareWork(s.outChannels / outputs * sixteens, [&](int part) {
      ReadAhead none[2];
      laid.add(0, count, part % sixteens * kInputs, part / sixteens * outputs, kernel, none);
    });
  }
}

}  // namespace
KINDRED_PRODUCTS_END

void filterGradient(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, float* kernel) {
  (kernelSize(s) <= kSmallKernel ? sumByImages : sumByBlocks)(s, x, dy, kernel);
}

#else

void filterGradient(const FilterGradientShape&, const Bfloat16*, const Bfloat16*, float*) {}

#endif

}  // namespace kindred
