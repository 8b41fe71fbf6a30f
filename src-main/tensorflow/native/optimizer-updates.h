// One update of many tensors by an optimizer, each number read and written once. The rules are those of
// simclr/optimizers/{sgd,lars,adamw}.ts. All tensors are float32; results do not depend on the number of threads.
#pragma once
#include <cstdint>
#include <vector>

namespace kindred {

enum UpdateRule { kSgd, kLars, kAdamw };

struct UpdateSettings {
  UpdateRule rule = kSgd;
  float momentum = 0, weightDecay = 0, trustCoefficient = 0, beta1 = 0, beta2 = 0, epsilon = 0;
  bool isNesterov = false;
  // Whether LARS decays these weights and scales their rate.
  bool isAdapted = false;
};

// The second slot is AdamW's alone.
struct UpdatedTensor {
  int64_t size;
  const float *weight, *gradient, *slots[2];
  float *nextWeight, *nextSlots[2];
};

// step: updates made before.
void update(const UpdateSettings& settings, float learningRate, float step, const std::vector<UpdatedTensor>& tensors);

struct Numbers {
  int64_t size;
  const float* values;
};

// √(Σ over all tensors of Σ x²).
float globalNorm(const std::vector<Numbers>& tensors);

}  // namespace kindred
