#include "filter-gradient.h"

#include <algorithm>
#include <vector>

#include "matrix-filter-gradient.h"
#include "products.h"
#include "read-ahead.h"
#include "shared-work.h"
#include "winograd.h"

/* Images are laid out so that each product finds its numbers side by side: of bfloat16, which is multiplied in pairs, the same
 * place of two images, channel by channel; of float32 one image. `together` is how many images those are.
 *
 *   lines   [images / together][sixteen input channels][row][column][input channel of those][together]   zeros around
 *   slopes  [images / together][block of output channels][row][column][output channel of those][together]
 *
 * A tap is then the sum over images, rows and columns of (an input channel, in all lanes) × (sixteen channels of dy): a
 * distance in the lines for every tap, at any stride.
 *
 * Small kernels are summed by images: a few are laid out and added, each part of the images into a kernel of its own.
 * Large ones would be read and written too often: all images are laid out, then each part of the kernel is summed. */
namespace kindred {

namespace {

// Numbers above which a kernel is large.
constexpr int64_t kSmallKernel = 9 * 64 * 128;
// Bytes of lines and slopes that are summed at once, so that they stay in the nearest cache.
constexpr int64_t kNearBytes = 32 << 10;
// Bytes that are laid out at once, of a small kernel and of a large one.
constexpr int64_t kLaidBytes = 128 << 10, kManyLaidBytes = 32 << 20;
// Each part sums into a kernel of its own; fixed, so that the order of summing is.
constexpr int kMostParts = 16;
// Numbers of a kernel that are joined at once.
constexpr int64_t kSliceNumbers = 4096;
// Pixels of a row, where rows can be cut at will.
constexpr int kRowPixels = 144;
// Channels of a block of the lines.
constexpr int kInputs = 16;

}  // namespace

bool fitsFilterGradient(const FilterGradientShape& s) {
  const auto outOf = [&](int size) { return (size + 2 * s.pad - s.side) / s.stride + 1; };
  const bool isStride = s.stride == 1 || s.stride == 2;
  const bool isKnown = isStride && (s.side == 3 ? s.pad == 0 || s.pad == 1 : s.side == 1 && s.pad == 0) && s.images > 0;
  return isKnown && s.outHeight == outOf(s.height) && s.outWidth == outOf(s.width) && s.inChannels % kInputs == 0 &&
         s.outChannels % 16 == 0;
}

#ifdef KINDRED_PRODUCTS

KINDRED_PRODUCTS_BEGIN
namespace {

// Sizes of what is laid out, distances in numbers.
template <typename T>
struct Layout {
  static constexpr int kTogether = Products<T>::kTogether;
  // Numbers of the lines at one pixel.
  static constexpr int kPlace = kTogether * kInputs;

  explicit Layout(const FilterGradientShape& s)
      : step(s.side == 1 ? s.stride : 1), stride(s.stride / step), rows((s.outHeight - 1) * stride + s.side),
        columns((s.outWidth - 1) * stride + s.side), outputs(s.outChannels % 32 == 0 ? 32 : 16) {
    lineStep = static_cast<int64_t>(columns) * kPlace;
    lineBlock = rows * lineStep;
    lineImages = lineBlock * (s.inChannels / kInputs);
    slopeStep = static_cast<int64_t>(s.outWidth) * kTogether * outputs;
    slopeBlock = s.outHeight * slopeStep;
    images = lineImages + slopeBlock * (s.outChannels / outputs);
  }
  // From one pixel laid out to the next, in the image; and from one that a tap needs to the next, in the lines. Of a kernel
  // of one pixel only what it reads is laid out.
  const int step, stride;
  // Of the lines.
  const int rows, columns;
  // Output channels of a block.
  const int outputs;
  // `images`: from images laid out together to the next; their slopes come after their lines.
  int64_t lineStep, lineBlock, lineImages, slopeStep, slopeBlock, images;
};

// Some rows of some images.
template <typename T>
struct Band {
  const T *lines, *slopes;
  // Images, of bfloat16 pairs of them.
  int groups, rows, columns;
  int64_t images, lineStep, slopeStep;
};

// Adds one row of taps of `inputs` input channels and 16 · `vectors` output channels to the kernel.
template <typename T, int taps, int stride, int inputs, int vectors>
void addTaps(const Band<T>& band, float* kernel, int64_t inputStep, int64_t tapStep) {
  using P = Products<T>;
  __m512 sums[inputs][taps][vectors];
#pragma GCC unroll 16
  for (int i = 0; i < inputs; i++)
#pragma GCC unroll 3
    for (int t = 0; t < taps; t++)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) sums[i][t][v] = _mm512_loadu_ps(kernel + i * inputStep + t * tapStep + v * 16);
  for (int group = 0; group < band.groups; group++) {
    for (int row = 0; row < band.rows; row++) {
      const T* slope = band.slopes + group * band.images + row * band.slopeStep;
      const T* line = band.lines + group * band.images + row * stride * band.lineStep;
      for (int column = 0; column < band.columns; column++) {
        typename P::Vector gradient[vectors];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) gradient[v] = P::load(slope + v * 16 * P::kTogether);
#pragma GCC unroll 3
        for (int t = 0; t < taps; t++)
#pragma GCC unroll 16
          for (int i = 0; i < inputs; i++) {
            const typename P::Vector pixel = P::inAllLanes(line + t * Layout<T>::kPlace + P::kTogether * i);
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++) sums[i][t][v] = P::added(sums[i][t][v], pixel, gradient[v]);
          }
        slope += vectors * 16 * P::kTogether;
        line += stride * Layout<T>::kPlace;
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
template <typename T, int taps, int stride, int vectors>
void addBlock(const FilterGradientShape& s, const Band<T>& band, float* kernel, ReadAhead (&ahead)[2]) {
  constexpr int inputs = (taps == 1 ? 16 : 8) / vectors;
  const int64_t tapStep = static_cast<int64_t>(s.inChannels) * s.outChannels;
  for (int in = 0; in < kInputs; in += inputs)
    for (int tapRow = 0; tapRow < taps; tapRow++) {
      Band<T> row = band;
      row.lines += tapRow * band.lineStep + Products<T>::kTogether * in;
      addTaps<T, taps, stride, inputs, vectors>(row, kernel + taps * tapRow * tapStep + static_cast<int64_t>(in) * s.outChannels,
                                             s.outChannels, tapStep);
      for (ReadAhead& part : ahead) part.step();
    }
}

// The same row of the images that are laid out together; null is zeros.
template <typename T>
using Rows = const T* [Products<T>::kTogether];

// `columns` pixels, each `step` numbers after the one before.
template <typename T>
void layRow(Rows<T>& rows, int columns, int step, int channels, int blockChannels, int64_t block, T* to) {
  constexpr int together = Products<T>::kTogether;
  for (int column = 0; column < columns; column++, to += together * blockChannels) {
    T* at = to;
    for (int c = 0; c < channels; c += blockChannels, at += block)
      for (int k = 0; k < blockChannels; k += 16) {
        Rows<T> sixteen;
        for (int i = 0; i < together; i++) sixteen[i] = rows[i] == nullptr ? nullptr : rows[i] + column * step + c + k;
        Products<T>::lay(sixteen, at + together * k);
      }
  }
}

template <typename T>
class Laid {
 public:
  // For so many groups of images, in memory that a thread keeps for the next.
  Laid(const FilterGradientShape& shape, const T* x, const T* dy, int groups)
      : layout(shape), s_(shape), x_(x), dy_(dy) {
    thread_local std::vector<T> kept;
    const size_t size = static_cast<size_t>(groups) * layout.images;
    if (kept.size() < size) kept.resize(size);
    at_ = kept.data();
  }

  // A group of images, as the `at`-th.
  void lay(int at, int group) {
    T* lines = at_ + at * layout.images;
    for (int row = 0; row < layout.rows; row++) layLine(group, row, lines + row * layout.lineStep);
    T* slopes = lines + layout.lineImages;
    const int64_t size = static_cast<int64_t>(s_.outHeight) * s_.outWidth * s_.outChannels;
    for (int row = 0; row < s_.outHeight; row++) {
      Rows<T> rows;
      pickRows(rows, dy_, size, group, static_cast<int64_t>(row) * s_.outWidth * s_.outChannels);
      layRow<T>(rows, s_.outWidth, s_.outChannels, s_.outChannels, layout.outputs, layout.slopeBlock, slopes + row * layout.slopeStep);
    }
  }

  // Adds what `count` groups from the `at`-th have for sixteen input channels and a block of output channels.
  void add(int at, int count, int in, int out, float* kernel, ReadAhead (&ahead)[2]) const {
    const T* lines = at_ + at * layout.images + in / kInputs * layout.lineBlock;
    const T* slopes = at_ + at * layout.images + layout.lineImages + out / layout.outputs * layout.slopeBlock;
    float* block = kernel + static_cast<int64_t>(in) * s_.outChannels + out;
    const int64_t rowBytes = (layout.lineStep * layout.stride + layout.slopeStep) * sizeof(T);
    const int rows = static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(s_.outHeight, kNearBytes / rowBytes)));
    const int groups = std::max(1, static_cast<int>(kNearBytes / (rowBytes * rows)));
    for (int group = 0; group < count; group += groups)
      for (int row = 0; row < s_.outHeight; row += rows) {
        const Band<T> band = {lines + group * layout.images + row * layout.stride * layout.lineStep,
                              slopes + group * layout.images + row * layout.slopeStep,
                              std::min(groups, count - group),
                              std::min(rows, s_.outHeight - row),
                              s_.outWidth,
                              layout.images,
                              layout.lineStep,
                              layout.slopeStep};
        addBand(band, block, ahead);
      }
  }

  // While what is laid out is added, bring `count` groups from `group` near.
  void planAhead(int group, int count, ReadAhead (&ahead)[2]) const {
    const int64_t xBytes = static_cast<int64_t>(Layout<T>::kTogether) * s_.height * s_.width * s_.inChannels * sizeof(T);
    const int64_t dyBytes = static_cast<int64_t>(Layout<T>::kTogether) * s_.outHeight * s_.outWidth * s_.outChannels * sizeof(T);
    const int64_t rowBytes = (layout.lineStep * layout.stride + layout.slopeStep) * sizeof(T);
    const int64_t blocks = (s_.inChannels / kInputs) * (s_.outChannels / layout.outputs);
    const int64_t bands = std::max<int64_t>(1, count * s_.outHeight * rowBytes / kNearBytes);
    const int64_t steps = (s_.side == 1 ? 1 : 3 * (kInputs * layout.outputs / 128)) * blocks * bands;
    ahead[0].plan(reinterpret_cast<const char*>(x_) + group * xBytes, count * xBytes, steps);
    ahead[1].plan(reinterpret_cast<const char*>(dy_) + group * dyBytes, count * dyBytes, steps);
  }

  const Layout<T> layout;

 private:
  void addBand(const Band<T>& band, float* block, ReadAhead (&ahead)[2]) const {
    if (layout.outputs == 32) addBand<2>(band, block, ahead);
    else addBand<1>(band, block, ahead);
  }

  template <int vectors>
  void addBand(const Band<T>& band, float* block, ReadAhead (&ahead)[2]) const {
    if (s_.side == 1) addBlock<T, 1, 1, vectors>(s_, band, block, ahead);
    else if (s_.stride == 1) addBlock<T, 3, 1, vectors>(s_, band, block, ahead);
    else addBlock<T, 3, 2, vectors>(s_, band, block, ahead);
  }

  // The images of a group, from `at` of each; zeros after the last image.
  void pickRows(Rows<T>& rows, const T* images, int64_t imageSize, int group, int64_t at) const {
    for (int i = 0; i < Layout<T>::kTogether; i++) {
      const int image = group * Layout<T>::kTogether + i;
      rows[i] = image < s_.images ? images + image * imageSize + at : nullptr;
    }
  }

  void layLine(int group, int row, T* to) const {
    constexpr int place = Layout<T>::kPlace;
    const int at = row * layout.step - s_.pad;
    const int64_t rowSize = static_cast<int64_t>(s_.width) * s_.inChannels;
    Rows<T> rows, zeros = {};
    pickRows(rows, x_, rowSize * s_.height, group, at * rowSize);
    if (at < 0 || at >= s_.height) std::fill(std::begin(rows), std::end(rows), nullptr);
    const int columns = std::min(s_.width, layout.columns - s_.pad);
    layRow<T>(rows, columns, layout.step * s_.inChannels, s_.inChannels, kInputs, layout.lineBlock, to + s_.pad * place);
    for (int block = 0; block < s_.inChannels / kInputs; block++, to += layout.lineBlock) {
      if (s_.pad > 0) Products<T>::lay(zeros, to);
      for (int column = s_.pad + columns; column < layout.columns; column++) Products<T>::lay(zeros, to + column * place);
    }
  }

  const FilterGradientShape& s_;
  const T *x_, *dy_;
  T* at_;
};

int64_t kernelSize(const FilterGradientShape& s) {
  return static_cast<int64_t>(s.side) * s.side * s.inChannels * s.outChannels;
}

template <typename T>
int groupsOf(const FilterGradientShape& s) {
  return (s.images + Layout<T>::kTogether - 1) / Layout<T>::kTogether;
}

template <typename T>
int groupsIn(int64_t bytes, const FilterGradientShape& s) {
  const int64_t most = bytes / (Layout<T>(s).images * static_cast<int64_t>(sizeof(T)));
  return static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(groupsOf<T>(s), most)));
}

template <typename T>
void sumByImages(const FilterGradientShape& s, const T* x, const T* dy, float* kernel) {
  const int64_t size = kernelSize(s);
  const int groups = groupsOf<T>(s), atOnce = groupsIn<T>(kLaidBytes, s), parts = std::min(kMostParts, groups);
  thread_local std::vector<float> kept;
  if (kept.size() < static_cast<size_t>(parts * size)) kept.resize(parts * size);
  float* const sums = kept.data();
  shareWork(parts, [&](int part) {
    float* own = sums + part * size;
    std::fill(own, own + size, 0.0f);
    const int first = static_cast<int>(static_cast<int64_t>(groups) * part / parts);
    const int last = static_cast<int>(static_cast<int64_t>(groups) * (part + 1) / parts);
    Laid<T> laid(s, x, dy, atOnce);
    ReadAhead ahead[2];
    for (int group = first; group < last; group += atOnce) {
      const int count = std::min(atOnce, last - group);
      for (int i = 0; i < count; i++) laid.lay(i, group + i);
      laid.planAhead(group + count, std::min(atOnce, last - group - count), ahead);
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

template <typename T>
void sumByBlocks(const FilterGradientShape& s, const T* x, const T* dy, float* kernel) {
  const int groups = groupsOf<T>(s), most = groupsIn<T>(kManyLaidBytes, s), sixteens = s.inChannels / kInputs;
  Laid<T> laid(s, x, dy, most);
  const int outputs = laid.layout.outputs;
  std::fill(kernel, kernel + kernelSize(s), 0.0f);
  for (int first = 0; first < groups; first += most) {
    const int count = std::min(most, groups - first);
    shareWork(count, [&](int i) { laid.lay(i, first + i); });
    shareWork(s.outChannels / outputs * sixteens, [&](int part) {
      ReadAhead none[2];
      laid.add(0, count, part % sixteens * kInputs, part / sixteens * outputs, kernel, none);
    });
  }
}

// Of a kernel of one pixel at stride 1 it is all one where a pixel lies: the same pixels as rows that suit the nearest cache.
FilterGradientShape asRows(const FilterGradientShape& s) {
  if (s.side != 1 || s.stride != 1) return s;
  const int pixels = s.images * s.height * s.width;
  int width = std::min(pixels, kRowPixels);
  while (pixels % width != 0) width--;
  if (width < kRowPixels / 4) return s;
  return {pixels / width, 1, width, 1, width, s.inChannels, s.outChannels, s.side, s.stride, s.pad};
}

template <typename T>
void sumDirectly(const FilterGradientShape& given, const T* x, const T* dy, float* kernel) {
  const FilterGradientShape s = asRows(given);
  (kernelSize(s) <= kSmallKernel ? sumByImages<T> : sumByBlocks<T>)(s, x, dy, kernel);
}

}  // namespace

template <>
void filterGradient(const FilterGradientShape& s, const float* x, const float* dy, float* kernel) {
  (suitsWinograd(s, 1) ? filterGradientByTiles<float> : sumDirectly<float>)(s, x, dy, kernel);
}

template <>
void filterGradient(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, float* kernel) {
  if (suitsMatrixUnits(s)) return filterGradientByMatrixUnits(s, x, dy, kernel);
  (suitsWinograd(s, 2) ? filterGradientByTiles<Bfloat16> : sumDirectly<Bfloat16>)(s, x, dy, kernel);
}
KINDRED_PRODUCTS_END
#else

template <>
void filterGradient(const FilterGradientShape&, const float*, const float*, float*) {}
template <>
void filterGradient(const FilterGradientShape&, const Bfloat16*, const Bfloat16*, float*) {}

#endif

}  // namespace kindred
