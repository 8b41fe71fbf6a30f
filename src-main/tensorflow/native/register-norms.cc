// Batch norms as TensorFlow sees them; see `register-kernels.cc`.
//
//   KindredBatchNorm          x: T, gamma, beta: float, side: sides × T → y: T, mean, variance, inverse_deviation: float; with
//                             a ReLU and the sum with a side only if `rectified`
//   KindredBatchNormGrad      dy: parts × T, x: T, gamma: float, beta: rectified × float, mean, inverse_deviation: float,
//                             y: sides × T → dx: T, dgamma, dbeta: float, dside: sides × T
//
//
// In steps, for statistics of a whole batch that is at hand in parts:
//
//   KindredMoments            x: T → mean, variance (biased): float
//   KindredNormalise          x: T, mean, variance, gamma, beta: float → y: T
//   KindredNormaliseGrad      dy, x: T, mean, variance, gamma: float, beta: rectified × float → dx: T, dgamma, dbeta: float
//   KindredThroughStatistics  slope, x: T, mean, variance, gamma, dgamma, dbeta: float → dx: T
//
// T is float or bfloat16; x is [..., c], c a multiple of 16; parts is 1 or 2, sides and rectified 0 or 1.
#include <string>
#include <utility>
#include <vector>

#include "fused-norm.h"
#include "kernel-call.h"
#include "register-operation.h"

namespace kindred {
namespace {

NormShape normShapeOf(const std::vector<int64_t>& dims) {
  int64_t rows = 1;
  for (size_t i = 0; i + 1 < dims.size(); i++) rows *= dims[i];
  return {rows, dims.empty() ? 0 : dims.back()};
}

bool isNormShape(const NormShape& shape) { return shape.rows > 0 && shape.channels > 0 && shape.channels % kLanes == 0; }

struct NormAttributes {
  float epsilon = 0, count = 0;
  int32_t parts = 1, sides = 0, rectified = 0;
};

void* makeNorm(TF_OpKernelConstruction* construction) {
  TF_Status* status = TF_NewStatus();
  auto* attributes = new NormAttributes;
  const std::pair<const char*, int32_t*> wanted[] = {
      {"sides", &attributes->sides}, {"rectified", &attributes->rectified}, {"parts", &attributes->parts}};
  for (const auto& [name, value] : wanted) {
    if (TF_GetCode(status) == TF_OK && TF_OpKernelConstruction_HasAttr(construction, name, status))
      TF_OpKernelConstruction_GetAttrInt32(construction, name, value, status);
  }
  const std::pair<const char*, float*> fractions[] = {{"epsilon", &attributes->epsilon}, {"count", &attributes->count}};
  for (const auto& [name, value] : fractions) {
    if (TF_GetCode(status) == TF_OK && TF_OpKernelConstruction_HasAttr(construction, name, status))
      TF_OpKernelConstruction_GetAttrFloat(construction, name, value, status);
  }
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return attributes;
}

void deleteNorm(void* attributes) { delete static_cast<NormAttributes*>(attributes); }

template <typename T, TF_DataType type>
void computeNorm(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<NormAttributes*>(kernel);
  Call call(context);
  TF_Tensor *x = call.input(0), *gamma = call.input(1), *beta = call.input(2);
  TF_Tensor* side = attributes.sides > 0 ? call.input(3) : nullptr;
  if (call.hasFailed()) return;
  const std::vector<int64_t> dims = dimsOf(x);
  const NormShape shape = normShapeOf(dims);
  if (!call.require(isNormShape(shape), "channels must be a multiple of 16")) return;
  if (!call.require(TF_TensorElementCount(gamma) == shape.channels && TF_TensorElementCount(beta) == shape.channels,
                    "one gamma and one beta for each channel"))
    return;
  if (!call.require(side == nullptr || TF_TensorElementCount(side) == shape.rows * shape.channels, "side must be as x")) return;
  TF_Tensor* y = call.output(0, type, dims);
  TF_Tensor* numbers[3];
  for (int i = 0; i < 3; i++) numbers[i] = call.output(i + 1, TF_FLOAT, {shape.channels});
  if (call.hasFailed()) return;
  if (!call.require(side == nullptr || attributes.rectified > 0, "a side needs the ReLU after it")) return;
  normForward<T>(shape, attributes.epsilon, attributes.rectified > 0,
                 {dataOf<T>(x), dataOf<float>(gamma), dataOf<float>(beta), side == nullptr ? nullptr : dataOf<T>(side),
                  dataOf<T>(y), dataOf<float>(numbers[0]), dataOf<float>(numbers[1]), dataOf<float>(numbers[2])});
}

template <typename T, TF_DataType type>
void computeNormGradient(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<NormAttributes*>(kernel);
  Call call(context);
  TF_Tensor* more = attributes.parts > 1 ? call.input(1) : nullptr;
  int next = attributes.parts;
  TF_Tensor *x = call.input(next++), *gamma = call.input(next++);
  TF_Tensor* beta = attributes.rectified > 0 ? call.input(next++) : nullptr;
  TF_Tensor *mean = call.input(next++), *inverse = call.input(next++);
  TF_Tensor* y = attributes.sides > 0 ? call.input(next) : nullptr;
  if (call.hasFailed() || !call.require(y == nullptr || beta != nullptr, "a side needs the ReLU after it")) return;
  const std::vector<int64_t> dims = dimsOf(x);
  const NormShape shape = normShapeOf(dims);
  const int64_t size = shape.rows * shape.channels;
  if (!call.require(isNormShape(shape), "channels must be a multiple of 16")) return;
  const auto [incoming, inPlace] = call.inputAndOutputInPlace(0, y == nullptr ? 0 : 3, dims);
  if (call.hasFailed()) return;
  TF_Tensor* dy[2] = {incoming, more};
  for (TF_Tensor* tensor : {dy[0], dy[1], y})
    if (!call.require(tensor == nullptr || TF_TensorElementCount(tensor) == size, "gradients must be as x")) return;
  for (TF_Tensor* tensor : {gamma, beta, mean, inverse})
    if (!call.require(tensor == nullptr || TF_TensorElementCount(tensor) == shape.channels, "one number for each channel")) return;
  TF_Tensor* dside = y == nullptr ? nullptr : inPlace;
  TF_Tensor* dx = y == nullptr ? inPlace : call.output(0, type, dims);
  TF_Tensor* dgamma = call.output(1, TF_FLOAT, {shape.channels});
  TF_Tensor* dbeta = call.output(2, TF_FLOAT, {shape.channels});
  if (call.hasFailed()) return;
  normBackward<T>(shape, {dataOf<T>(dy[0]), dy[1] == nullptr ? nullptr : dataOf<T>(dy[1]), dataOf<T>(x),
                          y == nullptr ? nullptr : dataOf<T>(y), dataOf<float>(gamma),
                          beta == nullptr ? nullptr : dataOf<float>(beta), dataOf<float>(mean), dataOf<float>(inverse),
                          dside == nullptr ? nullptr : dataOf<T>(dside), dataOf<T>(dx), dataOf<float>(dgamma),
                          dataOf<float>(dbeta)});
}

// What a norm by given statistics takes: x and, of each channel, mean, variance, gamma, beta or as many of them as it needs.
struct GivenInputs {
  GivenInputs(Call& call, int first, bool hasBeta) : x(call.input(first)) {
    for (int i = 0; i < (hasBeta ? 4 : 3); i++) numbers[i] = call.input(first + 1 + i);
    if (call.hasFailed()) return;
    dims = dimsOf(x);
    shape = normShapeOf(dims);
    call.require(isNormShape(shape), "channels must be a multiple of 16");
    for (TF_Tensor* tensor : numbers)
      call.require(tensor == nullptr || TF_TensorElementCount(tensor) == shape.channels, "one number for each channel");
  }

  GivenNorm norm(float epsilon) const {
    return {dataOf<float>(numbers[0]), dataOf<float>(numbers[1]), dataOf<float>(numbers[2]),
            numbers[3] == nullptr ? nullptr : dataOf<float>(numbers[3]), epsilon};
  }

  bool isAsX(TF_Tensor* tensor) const { return TF_TensorElementCount(tensor) == shape.rows * shape.channels; }

  TF_Tensor* x;
  TF_Tensor* numbers[4] = {};
  std::vector<int64_t> dims;
  NormShape shape;
};

template <typename T>
void computeMoments(void*, TF_OpKernelContext* context) {
  Call call(context);
  TF_Tensor* x = call.input(0);
  if (call.hasFailed()) return;
  const NormShape shape = normShapeOf(dimsOf(x));
  if (!call.require(isNormShape(shape), "channels must be a multiple of 16")) return;
  TF_Tensor *mean = call.output(0, TF_FLOAT, {shape.channels}), *variance = call.output(1, TF_FLOAT, {shape.channels});
  if (!call.hasFailed()) moments<T>(shape, dataOf<T>(x), dataOf<float>(mean), dataOf<float>(variance));
}

template <typename T, TF_DataType type>
void computeNormalise(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<NormAttributes*>(kernel);
  Call call(context);
  const GivenInputs given(call, 0, true);
  if (call.hasFailed()) return;
  TF_Tensor* y = call.output(0, type, given.dims);
  if (call.hasFailed()) return;
  normaliseBy<T>(given.shape, given.norm(attributes.epsilon), attributes.rectified > 0, dataOf<T>(given.x), dataOf<T>(y));
}

template <typename T, TF_DataType type>
void computeNormaliseGradient(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<NormAttributes*>(kernel);
  Call call(context);
  const GivenInputs given(call, 1, attributes.rectified > 0);
  if (call.hasFailed()) return;
  const auto [dy, dx] = call.inputAndOutputInPlace(0, 0, given.dims);
  if (call.hasFailed() || !call.require(given.isAsX(dy), "gradients must be as x")) return;
  TF_Tensor* dgamma = call.output(1, TF_FLOAT, {given.shape.channels});
  TF_Tensor* dbeta = call.output(2, TF_FLOAT, {given.shape.channels});
  if (call.hasFailed()) return;
  normaliseByBackward<T>(given.shape, given.norm(attributes.epsilon), dataOf<T>(dy), dataOf<T>(given.x), dataOf<T>(dx),
                         dataOf<float>(dgamma), dataOf<float>(dbeta));
}

template <typename T, TF_DataType type>
void computeThroughStatistics(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<NormAttributes*>(kernel);
  Call call(context);
  const GivenInputs given(call, 1, false);
  TF_Tensor *dgamma = call.input(5), *dbeta = call.input(6);
  if (call.hasFailed()) return;
  for (TF_Tensor* tensor : {dgamma, dbeta})
    if (!call.require(TF_TensorElementCount(tensor) == given.shape.channels, "one number for each channel")) return;
  const auto [slope, dx] = call.inputAndOutputInPlace(0, 0, given.dims);
  if (call.hasFailed() || !call.require(given.isAsX(slope), "gradients must be as x")) return;
  throughStatistics<T>(given.shape, given.norm(attributes.epsilon), dataOf<float>(dgamma), dataOf<float>(dbeta),
                       attributes.count, dataOf<T>(slope), dataOf<T>(given.x), dataOf<T>(dx));
}

void sameShape(TF_ShapeInferenceContext* context, int input, int output, TF_Status* status) {
  TF_ShapeHandle* shape = TF_NewShapeHandle();
  TF_ShapeInferenceContextGetInput(context, input, shape, status);
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, output, shape, status);
  TF_DeleteShapeHandle(shape);
}

void shapesOfNorm(TF_ShapeInferenceContext* context, TF_Status* status) {
  sameShape(context, 0, 0, status);
  for (int i = 1; i <= 3 && TF_GetCode(status) == TF_OK; i++) sameShape(context, 1, i, status);
}

const char* const kType = "T: {float, bfloat16}";

template <typename T, TF_DataType type>
void registerForType(const std::string& name) {
  const auto add = [&](const char* operation, auto compute) {
    registerKernel(operation, (operation + name).c_str(), type, makeNorm, compute, deleteNorm);
  };
  add("KindredBatchNorm", computeNorm<T, type>);
  add("KindredBatchNormGrad", computeNormGradient<T, type>);
  add("KindredMoments", computeMoments<T>);
  add("KindredNormalise", computeNormalise<T, type>);
  add("KindredNormaliseGrad", computeNormaliseGradient<T, type>);
  add("KindredThroughStatistics", computeThroughStatistics<T, type>);
}

bool registerNorms() {
  registerOperation({"KindredBatchNorm",
                     {"x: T", "gamma: float", "beta: float", "side: sides * T"},
                     {"y: T", "mean: float", "variance: float", "inverse_deviation: float"},
                     {kType, "sides: int >= 0", "rectified: int >= 0", "epsilon: float"},
                     shapesOfNorm});
  registerOperation({"KindredBatchNormGrad",
                     {"dy: parts * T", "x: T", "gamma: float", "beta: rectified * float", "mean: float", "inverse_deviation: float",
                      "y: sides * T"},
                     {"dx: T", "dgamma: float", "dbeta: float", "dside: sides * T"},
                     {kType, "parts: int >= 1", "sides: int >= 0", "rectified: int >= 0"},
                     shapesUnknown});
  registerOperation({"KindredMoments", {"x: T"}, {"mean: float", "variance: float"}, {kType}, shapesUnknown});
  registerOperation({"KindredNormalise",
                     {"x: T", "mean: float", "variance: float", "gamma: float", "beta: float"},
                     {"y: T"},
                     {kType, "rectified: int >= 0", "epsilon: float"},
                     shapesUnknown});
  registerOperation({"KindredNormaliseGrad",
                     {"dy: T", "x: T", "mean: float", "variance: float", "gamma: float", "beta: rectified * float"},
                     {"dx: T", "dgamma: float", "dbeta: float"},
                     {kType, "rectified: int >= 0", "epsilon: float"},
                     shapesUnknown});
  registerOperation({"KindredThroughStatistics",
                     {"slope: T", "x: T", "mean: float", "variance: float", "gamma: float", "dgamma: float", "dbeta: float"},
                     {"dx: T"},
                     {kType, "epsilon: float", "count: float"},
                     shapesUnknown});
  registerForType<float, TF_FLOAT>("Float");
  registerForType<Bfloat16, TF_BFLOAT16>("Bfloat16");
  return true;
}

const bool isRegistered = registerNorms();

}  // namespace
}  // namespace kindred
