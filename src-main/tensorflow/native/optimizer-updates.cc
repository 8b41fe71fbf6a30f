#include "optimizer-updates.h"

#include <algorithm>
#include <cmath>

#include "shared-work.h"

namespace kindred {
namespace {

struct Loops {
  double (*sumOfSquares)(const float*, const float*, float, int64_t);
  void (*updateSgd)(const UpdateSettings&, float, const UpdatedTensor&, int64_t, int64_t);
  void (*updateLars)(const UpdateSettings&, float, const UpdatedTensor&, int64_t, int64_t);
  void (*updateAdamw)(const UpdateSettings&, float, const float*, const UpdatedTensor&, int64_t, int64_t);
};

namespace plain {
#include "optimizer-updates-loops.h"
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define KINDRED_WIDER_LOOPS
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
#include "optimizer-updates-loops.h"
}
#pragma GCC pop_options
#endif

// Memory is what these wait for: wider registers than these gain nothing.
const Loops& fastestLoops() {
#ifdef KINDRED_WIDER_LOOPS
  static const bool has2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (has2) return avx2::loops();
#endif
  return plain::loops();
}

// Numbers of a tensor that are worked on at once: fixed, so that the order of summing is.
constexpr int64_t kChunk = 1 << 14;

struct Chunk {
  size_t tensor;
  int64_t first, last;
};

template <typename Tensor>
std::vector<Chunk> chunksOf(const std::vector<Tensor>& tensors) {
  std::vector<Chunk> chunks;
  for (size_t i = 0; i < tensors.size(); i++)
    for (int64_t first = 0; first < tensors[i].size; first += kChunk)
      chunks.push_back({i, first, std::min(first + kChunk, tensors[i].size)});
  return chunks;
}

template <typename Work>
void forChunks(const std::vector<Chunk>& chunks, const Work& work) {
  shareWork(static_cast<int>(chunks.size()), [&](int i) { work(i, chunks[i]); });
}

// η‖w‖ / ‖g‖ of each tensor, where both norms are above 0, else 1.
std::vector<float> trustRatios(const UpdateSettings& s, const std::vector<UpdatedTensor>& tensors,
                               const std::vector<Chunk>& chunks) {
  const Loops& loops = fastestLoops();
  std::vector<double> squares(2 * chunks.size());
  forChunks(chunks, [&](int i, const Chunk& chunk) {
    const UpdatedTensor& t = tensors[chunk.tensor];
    const float *weight = t.weight + chunk.first, *gradient = t.gradient + chunk.first;
    const int64_t count = chunk.last - chunk.first;
    squares[2 * i] = loops.sumOfSquares(weight, weight, 0, count);
    squares[2 * i + 1] = loops.sumOfSquares(gradient, weight, s.weightDecay, count);
  });
  std::vector<double> weights(tensors.size()), gradients(tensors.size());
  for (size_t i = 0; i < chunks.size(); i++) {
    weights[chunks[i].tensor] += squares[2 * i];
    gradients[chunks[i].tensor] += squares[2 * i + 1];
  }
  std::vector<float> ratios(tensors.size(), 1.0f);
  for (size_t i = 0; i < tensors.size(); i++) {
    const auto weight = static_cast<float>(std::sqrt(weights[i])), gradient = static_cast<float>(std::sqrt(gradients[i]));
    if (weight > 0 && gradient > 0) ratios[i] = s.trustCoefficient * weight / gradient;
  }
  return ratios;
}

}  // namespace

void update(const UpdateSettings& s, float learningRate, float step, const std::vector<UpdatedTensor>& tensors) {
  const Loops& loops = fastestLoops();
  const std::vector<Chunk> chunks = chunksOf(tensors);
  std::vector<float> ratios(tensors.size(), 1.0f);
  if (s.rule == kLars && s.isAdapted) ratios = trustRatios(s, tensors, chunks);
  // 1 − βᵗ in float32 would lose four digits in the first steps.
  const auto correction = [&](float beta) { return -std::expm1((step + 1) * std::log(static_cast<double>(beta))); };
  const float corrections[] = {static_cast<float>(correction(s.beta1)), static_cast<float>(correction(s.beta2))};
  forChunks(chunks, [&](int, const Chunk& chunk) {
    const UpdatedTensor& t = tensors[chunk.tensor];
    switch (s.rule) {
      case kSgd: return loops.updateSgd(s, learningRate, t, chunk.first, chunk.last);
      case kLars: return loops.updateLars(s, learningRate * ratios[chunk.tensor], t, chunk.first, chunk.last);
      case kAdamw: return loops.updateAdamw(s, learningRate, corrections, t, chunk.first, chunk.last);
    }
  });
}

float globalNorm(const std::vector<Numbers>& tensors) {
  const Loops& loops = fastestLoops();
  const std::vector<Chunk> chunks = chunksOf(tensors);
  std::vector<double> squares(chunks.size());
  forChunks(chunks, [&](int i, const Chunk& chunk) {
    const float* values = tensors[chunk.tensor].values + chunk.first;
    squares[i] = loops.sumOfSquares(values, values, 0, chunk.last - chunk.first);
  });
  double sum = 0;
  for (const double square : squares) sum += square;
  return static_cast<float>(std::sqrt(sum));
}

}  // namespace kindred
