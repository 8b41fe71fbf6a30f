#include "filter-gradient.h"

#include <algorithm>
#include <vector>

#include "bfloat16-products.h"
#include "shared-work.h"

/* The products are of pairs of pixels that lie side by side in the gradient. An image's rows are laid anew in such pairs,
 * channel by channel, once for every tap of a row that needs other pairs:
 *
 *   lines   [image][row][of a tap][pair][input channel][2]      zeros around the image
 *   pairs   [image][row][pair][output channel][2]
 *
 * A tap is then the sum over images, rows and pairs of (a pair of an input channel, in all lanes) × (sixteen pairs of dy).
 * At stride 1 the third tap's pairs are the first one's, one further on.
 *
 * Small kernels are summed by images: a few are laid out and added, each part of the images into a kernel of its own.
 * Large ones would be read and written too often: all images are laid out, then each part of the kernel is summed. */
namespace kindred {

bool hasFilterGradient() { return hasBfloat16Products(); }

namespace {

// Weights above which a kernel is large.
constexpr int kSmallKernel = 128 * 128;
// Columns that are summed at once, of as many images as have them.
constexpr int kColumns = 40;
// Of a large kernel: bytes of images that are laid out at once, and pairs of them that are summed at once, so that they
// stay near.
constexpr int64_t kLaidBytes = 32 << 20;
constexpr int kPairs = 128;
// Each part sums into a kernel of its own; fixed, so that the order of summing is.
constexpr int kMostParts = 16;

int pairsOf(const FilterGradientShape& s) { return (s.outWidth + 1) / 2; }
int linesOf(const FilterGradientShape& s) { return s.height + 2 * s.pad; }

}  // namespace

bool fitsFilterGradient(const FilterGradientShape& s) {
  const bool isWhole = s.outHeight == (linesOf(s) - 3) / s.stride + 1 && s.outWidth == (s.width + 2 * s.pad - 3) / s.stride + 1;
  const bool isKnown = (s.stride == 1 && s.pad == 1) || (s.stride == 2 && s.pad == 0);
  return isWhole && isKnown && s.images > 0 && s.inChannels % 16 == 0 && s.outChannels % 16 == 0;
}

#ifdef KINDRED_BFLOAT16_PRODUCTS

KINDRED_PRODUCTS_BEGIN
namespace {

// Distances in numbers.
struct Band {
  const Bfloat16* lines;
  const Bfloat16* pairs;
  int64_t lineImage, lineStep, pairImage, pairStep;
  // From a pair to the next, and from a tap to the next two.
  int64_t pixelStep, taps[2];
  int images, rows, pairCount, outChannels;
};

// Adds one row of taps (three) of `inputs` input channels and 16 · `vectors` output channels to the kernel.
template <int inputs, int vectors>
void addTaps(const Band& band, float* kernel, int64_t tapStep) {
  __m512 sums[inputs][3][vectors];
  for (int i = 0; i < inputs; i++)
    for (int t = 0; t < 3; t++)
      for (int v = 0; v < vectors; v++)
        sums[i][t][v] = _mm512_loadu_ps(kernel + i * static_cast<int64_t>(band.outChannels) + t * tapStep + v * 16);
  for (int image = 0; image < band.images; image++) {
    for (int row = 0; row < band.rows; row++) {
      const Bfloat16* pair = band.pairs + image * band.pairImage + row * band.pairStep;
      const Bfloat16* pixels[3];
      pixels[0] = band.lines + image * band.lineImage + row * band.lineStep;
      pixels[1] = pixels[0] + band.taps[0];
      pixels[2] = pixels[0] + band.taps[1];
      for (int p = 0; p < band.pairCount; p++) {
        __m512bh gradient[vectors];
        for (int v = 0; v < vectors; v++) gradient[v] = (__m512bh)_mm512_loadu_si512(pair + v * 32);
        pair += 2 * band.outChannels;
#pragma GCC unroll 3
        for (int t = 0; t < 3; t++) {
#pragma GCC unroll 8
          for (int i = 0; i < inputs; i++) {
            const __m512bh pixel = pairInAllLanes(pixels[t] + 2 * i);
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++) sums[i][t][v] = _mm512_dpbf16_ps(sums[i][t][v], pixel, gradient[v]);
          }
          pixels[t] += band.pixelStep;
        }
      }
    }
  }
  for (int i = 0; i < inputs; i++)
    for (int t = 0; t < 3; t++)
      for (int v = 0; v < vectors; v++)
        _mm512_storeu_ps(kernel + i * static_cast<int64_t>(band.outChannels) + t * tapStep + v * 16, sums[i][t][v]);
}

// Channels of a block: in all, 24 sums of sixteen.
int outputsOf(const FilterGradientShape& s) { return s.outChannels % 32 == 0 ? 32 : 16; }
int inputsOf(const FilterGradientShape& s) { return s.outChannels % 32 == 0 ? 4 : 8; }

// Two pixels of all channels, paired; null is zeros.
void layPair(const Bfloat16* first, const Bfloat16* second, int channels, Bfloat16* to) {
  const __m256i zeros = _mm256_setzero_si256();
  for (int c = 0; c < channels; c += 16) {
    const __m256i a = first == nullptr ? zeros : _mm256_loadu_si256((const __m256i*)(first + c));
    const __m256i b = second == nullptr ? zeros : _mm256_loadu_si256((const __m256i*)(second + c));
    _mm512_storeu_si512(to + 2 * c, pairedRows(a, b));
  }
}

// `count` pairs of a row: pixels `at` and `at + stride`, then 2 · stride further on. What lies outside is zeros.
void layPairs(const Bfloat16* row, int width, int at, int stride, int count, int channels, Bfloat16* to) {
  const auto pixel = [&](int column) {
    return column < 0 || column >= width ? nullptr : row + static_cast<int64_t>(column) * channels;
  };
  for (int p = 0; p < count; p++, at += 2 * stride, to += 2 * channels) layPair(pixel(at), pixel(at + stride), channels, to);
}

// Sizes of what is laid out, in numbers: at stride 1 two sets of pairs a row, at stride 2 three.
struct Layout {
  explicit Layout(const FilterGradientShape& s) {
    const int64_t pair = 2 * s.inChannels;
    tapStep = (pairsOf(s) + (s.stride == 1 ? 1 : 0)) * pair;
    lineStep = (s.stride == 1 ? 2 : 3) * tapStep;
    lineImage = linesOf(s) * lineStep;
    pairStep = static_cast<int64_t>(pairsOf(s)) * 2 * s.outChannels;
    pairImage = s.outHeight * pairStep;
  }
  int64_t tapStep, lineStep, lineImage, pairStep, pairImage;
};

void layImage(const FilterGradientShape& s, const Layout& layout, const Bfloat16* x, const Bfloat16* dy, Bfloat16* lines,
              Bfloat16* pairs) {
  for (int row = 0; row < s.height; row++) {
    const Bfloat16* from = x + static_cast<int64_t>(row) * s.width * s.inChannels;
    Bfloat16* to = lines + (row + s.pad) * layout.lineStep;
    for (int tap = 0; tap < (s.stride == 1 ? 2 : 3); tap++) {
      const int count = pairsOf(s) + (s.stride == 1 && tap == 0 ? 1 : 0);
      layPairs(from, s.width, tap - s.pad, s.stride, count, s.inChannels, to + tap * layout.tapStep);
    }
  }
  for (int row = 0; row < s.outHeight; row++) {
    layPairs(dy + static_cast<int64_t>(row) * s.outWidth * s.outChannels, s.outWidth, 0, 1, pairsOf(s), s.outChannels,
             pairs + row * layout.pairStep);
  }
}

// Adds all taps of 4 or 8 input channels from `in` and 32 or 16 output channels from `out`.
void addBlock(const FilterGradientShape& s, const Layout& layout, const Bfloat16* lines, const Bfloat16* pairs, int images,
              int in, int out, float* kernel) {
  const int64_t tapStep = static_cast<int64_t>(s.inChannels) * s.outChannels;
  for (int tapRow = 0; tapRow < 3; tapRow++) {
    const Band band = {lines + tapRow * layout.lineStep + 2 * in,
                       pairs + 2 * out,
                       layout.lineImage,
                       s.stride * layout.lineStep,
                       layout.pairImage,
                       layout.pairStep,
                       2 * s.inChannels,
                       {layout.tapStep, s.stride == 1 ? 2 * s.inChannels : 2 * layout.tapStep},
                       images,
                       s.outHeight,
                       pairsOf(s),
                       s.outChannels};
    float* taps = kernel + 3 * tapRow * tapStep + static_cast<int64_t>(in) * s.outChannels + out;
    if (outputsOf(s) == 32) addTaps<4, 2>(band, taps, tapStep);
    else addTaps<8, 1>(band, taps, tapStep);
  }
}

// Images laid out one after the other, in memory that a thread keeps for the next.
struct Laid {
  Laid(const FilterGradientShape& s, int images) : s(s), layout(s) {
    thread_local std::vector<Bfloat16> kept;
    const size_t size = images * (layout.lineImage + layout.pairImage);
    if (kept.size() < size) kept.resize(size);
    lines = kept.data();
    pairs = lines + images * layout.lineImage;
    // The rows above and below an image; nothing else writes them.
    for (int image = 0; image < images; image++)
      for (int row = 0; row < linesOf(s); row += linesOf(s) - 1)
        if (s.pad > 0) std::memset(lines + image * layout.lineImage + row * layout.lineStep, 0, layout.lineStep * sizeof(Bfloat16));
  }

  void lay(int at, const Bfloat16* x, const Bfloat16* dy, int image) {
    layImage(s, layout, x + image * (static_cast<int64_t>(s.height) * s.width * s.inChannels),
             dy + image * (static_cast<int64_t>(s.outHeight) * s.outWidth * s.outChannels), lines + at * layout.lineImage,
             pairs + at * layout.pairImage);
  }

  const FilterGradientShape& s;
  const Layout layout;
  Bfloat16 *lines, *pairs;
};

void addImages(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, int first, int last, float* kernel) {
  const int atOnce = std::max(1, kColumns / (2 * pairsOf(s) + 2));
  Laid laid(s, atOnce);
  for (int image = first; image < last; image += atOnce) {
    const int count = std::min(atOnce, last - image);
    for (int i = 0; i < count; i++) laid.lay(i, x, dy, image + i);
    for (int in = 0; in < s.inChannels; in += inputsOf(s))
      for (int out = 0; out < s.outChannels; out += outputsOf(s))
        addBlock(s, laid.layout, laid.lines, laid.pairs, count, in, out, kernel);
  }
}

void sumByImages(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, float* kernel) {
  const int64_t size = 9LL * s.inChannels * s.outChannels;
  const int parts = std::min(kMostParts, s.images);
  std::vector<float> sums(static_cast<size_t>(parts) * size, 0.0f);
  shareWork(parts, [&](int part) {
    const int first = static_cast<int>(static_cast<int64_t>(s.images) * part / parts);
    const int last = static_cast<int>(static_cast<int64_t>(s.images) * (part + 1) / parts);
    addImages(s, x, dy, first, last, sums.data() + part * size);
  });
  std::copy(sums.begin(), sums.begin() + size, kernel);
  for (int part = 1; part < parts; part++)
    for (int64_t i = 0; i < size; i++) kernel[i] += sums[part * size + i];
}

// A part is some output channels and sixteen input channels, of which a cache line holds a pair.
void sumByBlocks(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, float* kernel) {
  const Layout layout(s);
  const int64_t imageBytes = (layout.lineImage + layout.pairImage) * sizeof(Bfloat16);
  const int most = static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(s.images, kLaidBytes / imageBytes)));
  Laid laid(s, most);
  const int sixteens = s.inChannels / 16;
  const int atOnce = std::max(1, kPairs / (s.outHeight * pairsOf(s)));
  std::fill(kernel, kernel + 9LL * s.inChannels * s.outChannels, 0.0f);
  for (int first = 0; first < s.images; first += most) {
    const int count = std::min(most, s.images - first);
    shareWork(count, [&](int i) { laid.lay(i, x, dy, first + i); });
    shareWork(s.outChannels / outputsOf(s) * sixteens, [&](int part) {
      const int out = part / sixteens * outputsOf(s), from = part % sixteens * 16;
      for (int image = 0; image < count; image += atOnce)
        for (int in = from; in < from + 16; in += inputsOf(s))
          addBlock(s, layout, laid.lines + image * layout.lineImage, laid.pairs + image * layout.pairImage,
                   std::min(atOnce, count - image), in, out, kernel);
    });
  }
}

}  // namespace
KINDRED_PRODUCTS_END

void filterGradient(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, float* kernel) {
  const bool isSmall = s.inChannels * s.outChannels <= kSmallKernel;
  (isSmall ? sumByImages : sumByBlocks)(s, x, dy, kernel);
}

#else

void filterGradient(const FilterGradientShape&, const Bfloat16*, const Bfloat16*, float*) {}

#endif

}  // namespace kindred
