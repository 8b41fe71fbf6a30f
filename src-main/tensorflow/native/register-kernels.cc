// TensorFlow's view of what is here: operations and their kernels for the CPU, registered when the addon is loaded.
//
//   KindredBatchNorm          x: T, gamma, beta: float, side: sides × T → y: T, mean, variance, inverse_deviation: float; with
//                             a ReLU and the sum with a side only if `rectified`
//   KindredBatchNormGrad      dy: parts × T, x: T, gamma: float, beta: rectified × float, mean, inverse_deviation: float,
//                             y: sides × T → dx: T, dgamma, dbeta: float, dside: sides × T
//   KindredFilterGradient     x, dy: T → dkernel: float [side, side, in, out]
//   KindredConvolution        x, kernel: T → y: T; x with `pad` zeros on every side
//   KindredConvolutionGradient dy, kernel: T → dx: T [n, height, width, c], the gradient by x of the same
//   KindredDrawViews          canvas: C [slots, 3, c, c], numbers: float [rows, slots], slot_of_view: int32 → views: float
//                             [n, side, side, 3]; C is uint8, int32 or float
//   KindredUpdate             weights, gradients: n × float, slots: m × float, learning_rate, step: float [] → the next
//                             weights and slots; m is n times the slots of the rule: all first ones, then all second ones
//   KindredGlobalNorm         tensors: n × float → float []
//   KindredAbilities          → int32: 1 norms, views and updates, 2 convolutions and their gradients of bfloat16, 4 the same
//                             of float32, added up
//
// T is float or bfloat16; images are [n, h, w, c], c a multiple of 16; parts is 1 or 2, sides and rectified 0 or 1.
#include <string>
#include <utility>
#include <vector>

#include "convolution.h"
#include "draw-views.h"
#include "filter-gradient.h"
#include "fused-norm.h"
#include "kernel-api.h"
#include "optimizer-updates.h"
#include "products.h"
#include "register-operation.h"

namespace kindred {
namespace {

// The tensors of one call: inputs and outputs are given back when it ends. After a failure everything is null.
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}

  ~Call() {
    for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
    TF_DeleteStatus(status_);
  }

  TF_Tensor* input(int index) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, index, &tensor, status_);
    return kept(tensor);
  }

  TF_Tensor* output(int index, TF_DataType type, const std::vector<int64_t>& dims) {
    size_t bytes = TF_DataTypeSize(type);
    for (int64_t dim : dims) bytes *= dim;
    return kept(TF_AllocateOutput(context_, index, type, dims.data(), static_cast<int>(dims.size()), bytes, status_));
  }

  // In the memory of an input if nobody else needs it. That input must not have been asked for yet, since asking is
  // needing; it is given too, and may be the output itself.
  std::pair<TF_Tensor*, TF_Tensor*> inputAndOutputInPlace(int input, int index, const std::vector<int64_t>& dims) {
    int forwarded = -1;
    TF_Tensor* output = kept(TF_ForwardInputOrAllocateOutput(context_, &input, 1, index, dims.data(),
                                                             static_cast<int>(dims.size()), &forwarded, status_));
    return {hasFailed_ || forwarded == input ? output : this->input(input), output};
  }

  bool require(bool condition, const char* message) {
    if (condition || hasFailed_) return !hasFailed_;
    TF_SetStatus(status_, TF_INVALID_ARGUMENT, message);
    fail();
    return false;
  }

  bool hasFailed() const { return hasFailed_; }

 private:
  TF_Tensor* kept(TF_Tensor* tensor) {
    if (TF_GetCode(status_) != TF_OK) fail();
    if (tensor != nullptr) tensors_.push_back(tensor);
    return tensor;
  }

  void fail() {
    if (!hasFailed_) TF_OpKernelContext_Failure(context_, status_);
    hasFailed_ = true;
  }

  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> tensors_;
  bool hasFailed_ = false;
};

std::vector<int64_t> dimsOf(const TF_Tensor* tensor) {
  std::vector<int64_t> dims(TF_NumDims(tensor));
  for (size_t i = 0; i < dims.size(); i++) dims[i] = TF_Dim(tensor, static_cast<int>(i));
  return dims;
}

template <typename T>
T* dataOf(TF_Tensor* tensor) {
  return static_cast<T*>(TF_TensorData(tensor));
}

NormShape normShapeOf(const std::vector<int64_t>& dims) {
  int64_t rows = 1;
  for (size_t i = 0; i + 1 < dims.size(); i++) rows *= dims[i];
  return {rows, dims.empty() ? 0 : dims.back()};
}

bool isNormShape(const NormShape& shape) { return shape.rows > 0 && shape.channels > 0 && shape.channels % kLanes == 0; }

struct NormAttributes {
  float epsilon = 0;
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
  if (TF_GetCode(status) == TF_OK && TF_OpKernelConstruction_HasAttr(construction, "epsilon", status)) {
    TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &attributes->epsilon, status);
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

// What a convolution or a gradient of one is told: 0 where an operation has no such attribute.
struct ConvolutionAttributes {
  int32_t side = 0, stride = 1, pad = 0, height = 0, width = 0;
};

void* makeConvolution(TF_OpKernelConstruction* construction) {
  TF_Status* status = TF_NewStatus();
  auto* attributes = new ConvolutionAttributes;
  const std::pair<const char*, int32_t*> wanted[] = {
      {"side", &attributes->side},     {"stride", &attributes->stride}, {"pad", &attributes->pad},
      {"height", &attributes->height}, {"width", &attributes->width}};
  for (const auto& [name, value] : wanted) {
    if (TF_GetCode(status) == TF_OK && TF_OpKernelConstruction_HasAttr(construction, name, status))
      TF_OpKernelConstruction_GetAttrInt32(construction, name, value, status);
  }
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return attributes;
}

void deleteConvolution(void* attributes) { delete static_cast<ConvolutionAttributes*>(attributes); }

int dimOf(const TF_Tensor* tensor, int i) { return static_cast<int>(TF_Dim(tensor, i)); }

template <typename T, TF_DataType type>
void computeConvolution(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<ConvolutionAttributes*>(kernel);
  const bool isGradient = attributes.height > 0;
  Call call(context);
  TF_Tensor *x = call.input(0), *weights = call.input(1);
  if (call.hasFailed()) return;
  if (!call.require(hasProducts<T>() && TF_NumDims(x) == 4 && TF_NumDims(weights) == 4 &&
                        TF_Dim(weights, 0) == TF_Dim(weights, 1) && TF_Dim(weights, isGradient ? 3 : 2) == TF_Dim(x, 3),
                    "convolutions need images, a square kernel and AVX-512"))
    return;
  const int side = dimOf(weights, 0), stride = attributes.stride, pad = attributes.pad;
  const auto outSize = [&](int size) { return (size + 2 * pad - side) / stride + 1; };
  const int outHeight = isGradient ? attributes.height : outSize(dimOf(x, 1));
  const int outWidth = isGradient ? attributes.width : outSize(dimOf(x, 2));
  const ConvolutionShape shape = {dimOf(x, 0), dimOf(x, 1), dimOf(x, 2), outHeight, outWidth, dimOf(x, 3),
                                  dimOf(weights, isGradient ? 2 : 3), side, stride, pad, isGradient};
  if (!call.require(fitsConvolution(shape), "no convolution for these shapes")) return;
  TF_Tensor* y = call.output(0, type, {shape.images, outHeight, outWidth, shape.outChannels});
  if (call.hasFailed()) return;
  convolve<T>(shape, dataOf<T>(x), dataOf<T>(weights), dataOf<T>(y));
}

template <typename T>
void computeFilterGradient(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<ConvolutionAttributes*>(kernel);
  Call call(context);
  TF_Tensor *x = call.input(0), *dy = call.input(1);
  if (call.hasFailed()) return;
  if (!call.require(hasProducts<T>() && TF_NumDims(x) == 4 && TF_NumDims(dy) == 4 && TF_Dim(x, 0) == TF_Dim(dy, 0),
                    "filter gradients need images and AVX-512"))
    return;
  const FilterGradientShape shape = {dimOf(x, 0), dimOf(x, 1), dimOf(x, 2), dimOf(dy, 1), dimOf(dy, 2), dimOf(x, 3),
                                     dimOf(dy, 3), attributes.side, attributes.stride, attributes.pad};
  if (!call.require(fitsFilterGradient(shape), "no filter gradient for these shapes")) return;
  TF_Tensor* dkernel = call.output(0, TF_FLOAT, {shape.side, shape.side, shape.inChannels, shape.outChannels});
  if (call.hasFailed()) return;
  filterGradient<T>(shape, dataOf<T>(x), dataOf<T>(dy), dataOf<float>(dkernel));
}

void* makeViews(TF_OpKernelConstruction* construction) {
  TF_Status* status = TF_NewStatus();
  auto* shape = new ViewsShape{};
  int32_t hasHue = 0, hasGrey = 0;
  const std::pair<const char*, int32_t*> wanted[] = {{"side", &shape->side},           {"linear_count", &shape->linearCount},
                                                     {"streams", &shape->streams},     {"has_hue", &hasHue},
                                                     {"has_grey", &hasGrey},           {"blur_radius", &shape->blurRadius}};
  for (const auto& [name, value] : wanted)
    if (TF_GetCode(status) == TF_OK) TF_OpKernelConstruction_GetAttrInt32(construction, name, value, status);
  shape->hasHue = hasHue > 0;
  shape->hasGrey = hasGrey > 0;
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return shape;
}

void deleteViews(void* shape) { delete static_cast<ViewsShape*>(shape); }

void computeViews(void* kernel, TF_OpKernelContext* context) {
  ViewsShape shape = *static_cast<ViewsShape*>(kernel);
  Call call(context);
  TF_Tensor *canvas = call.input(0), *numbers = call.input(1), *slotOfView = call.input(2);
  if (call.hasFailed()) return;
  if (!call.require(TF_NumDims(canvas) == 4 && TF_Dim(canvas, 1) == 3 && TF_Dim(canvas, 2) == TF_Dim(canvas, 3) &&
                        TF_NumDims(numbers) == 2 && TF_Dim(numbers, 1) == TF_Dim(canvas, 0) && TF_NumDims(slotOfView) == 1,
                    "views need a canvas, numbers and slots"))
    return;
  shape.slots = dimOf(canvas, 0);
  shape.canvasSide = dimOf(canvas, 2);
  shape.views = dimOf(slotOfView, 0);
  if (!call.require(fitsViews(shape) && dimOf(numbers, 0) == viewNumberRows(shape), "no views of these shapes")) return;
  const int32_t* slots = dataOf<int32_t>(slotOfView);
  for (int view = 0; view < shape.views; view++)
    if (!call.require(slots[view] >= 0 && slots[view] < shape.slots, "a slot outside the canvas")) return;
  TF_Tensor* views = call.output(0, TF_FLOAT, {shape.views, shape.side, shape.side, 3});
  if (call.hasFailed()) return;
  const auto draw = [&](const auto* pixels) { drawViews(shape, pixels, dataOf<float>(numbers), slots, dataOf<float>(views)); };
  switch (TF_TensorType(canvas)) {
    case TF_UINT8: return draw(dataOf<uint8_t>(canvas));
    case TF_INT32: return draw(dataOf<int32_t>(canvas));
    default: return draw(dataOf<float>(canvas));
  }
}

struct UpdateAttributes {
  int32_t count = 0, slots = 0;
  UpdateSettings settings;
};

void* makeUpdate(TF_OpKernelConstruction* construction) {
  TF_Status* status = TF_NewStatus();
  auto* attributes = new UpdateAttributes;
  UpdateSettings& settings = attributes->settings;
  int32_t rule = 0, isNesterov = 0, isAdapted = 0;
  const std::pair<const char*, int32_t*> numbers[] = {{"n", &attributes->count},
                                                      {"m", &attributes->slots},
                                                      {"rule", &rule},
                                                      {"is_nesterov", &isNesterov},
                                                      {"is_adapted", &isAdapted}};
  const std::pair<const char*, float*> fractions[] = {
      {"momentum", &settings.momentum}, {"weight_decay", &settings.weightDecay}, {"trust_coefficient", &settings.trustCoefficient},
      {"beta1", &settings.beta1},       {"beta2", &settings.beta2},              {"epsilon", &settings.epsilon}};
  for (const auto& [name, value] : numbers)
    if (TF_GetCode(status) == TF_OK) TF_OpKernelConstruction_GetAttrInt32(construction, name, value, status);
  for (const auto& [name, value] : fractions)
    if (TF_GetCode(status) == TF_OK) TF_OpKernelConstruction_GetAttrFloat(construction, name, value, status);
  settings.rule = static_cast<UpdateRule>(rule);
  settings.isNesterov = isNesterov > 0;
  settings.isAdapted = isAdapted > 0;
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return attributes;
}

void deleteUpdate(void* attributes) { delete static_cast<UpdateAttributes*>(attributes); }

void computeUpdate(void* kernel, TF_OpKernelContext* context) {
  const auto& [count, slotCount, settings] = *static_cast<UpdateAttributes*>(kernel);
  Call call(context);
  if (!call.require(slotCount == count * (settings.rule == kAdamw ? 2 : 1), "slots don't fit the rule")) return;
  std::vector<TF_Tensor*> inputs(2 * count + slotCount + 2);
  for (size_t i = 0; i < inputs.size(); i++) inputs[i] = call.input(static_cast<int>(i));
  if (call.hasFailed()) return;
  std::vector<UpdatedTensor> tensors(count);
  for (int i = 0; i < count; i++) {
    TF_Tensor *weight = inputs[i], *gradient = inputs[count + i];
    const int64_t size = TF_TensorElementCount(weight);
    tensors[i] = {size, dataOf<float>(weight), dataOf<float>(gradient), {}, nullptr, {}};
    if (!call.require(TF_TensorElementCount(gradient) == size, "a gradient for each weight")) return;
    TF_Tensor* next = call.output(i, TF_FLOAT, dimsOf(weight));
    if (call.hasFailed()) return;
    tensors[i].nextWeight = dataOf<float>(next);
    for (int slot = 0; slot * count < slotCount; slot++) {
      TF_Tensor* old = inputs[2 * count + slot * count + i];
      if (!call.require(TF_TensorElementCount(old) == size, "slots as the weights")) return;
      TF_Tensor* nextSlot = call.output(count + slot * count + i, TF_FLOAT, dimsOf(weight));
      if (call.hasFailed()) return;
      tensors[i].slots[slot] = dataOf<float>(old);
      tensors[i].nextSlots[slot] = dataOf<float>(nextSlot);
    }
  }
  update(settings, *dataOf<float>(inputs[inputs.size() - 2]), *dataOf<float>(inputs.back()), tensors);
}

void* makeCount(TF_OpKernelConstruction* construction) {
  TF_Status* status = TF_NewStatus();
  auto* count = new int32_t(0);
  TF_OpKernelConstruction_GetAttrInt32(construction, "n", count, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return count;
}

void deleteCount(void* count) { delete static_cast<int32_t*>(count); }

void computeGlobalNorm(void* kernel, TF_OpKernelContext* context) {
  Call call(context);
  std::vector<Numbers> tensors(*static_cast<int32_t*>(kernel));
  for (size_t i = 0; i < tensors.size(); i++) {
    TF_Tensor* tensor = call.input(static_cast<int>(i));
    if (call.hasFailed()) return;
    tensors[i] = {TF_TensorElementCount(tensor), dataOf<float>(tensor)};
  }
  TF_Tensor* norm = call.output(0, TF_FLOAT, {});
  if (!call.hasFailed()) *dataOf<float>(norm) = globalNorm(tensors);
}

void computeAbilities(void*, TF_OpKernelContext* context) {
  Call call(context);
  TF_Tensor* abilities = call.output(0, TF_INT32, {});
  if (!call.hasFailed()) *dataOf<int32_t>(abilities) = 1 + (hasProducts<Bfloat16>() ? 2 : 0) + (hasProducts<float>() ? 4 : 0);
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

void shapesOfScalar(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeHandle* scalar = TF_ShapeInferenceContextScalar(context);
  TF_ShapeInferenceContextSetOutput(context, 0, scalar, status);
  TF_DeleteShapeHandle(scalar);
}

const char* const kType = "T: {float, bfloat16}";

template <typename T, TF_DataType type>
void registerForType(const std::string& name) {
  const auto add = [&](const char* operation, auto make, auto compute, auto drop) {
    registerKernel(operation, (operation + name).c_str(), type, make, compute, drop);
  };
  add("KindredBatchNorm", makeNorm, computeNorm<T, type>, deleteNorm);
  add("KindredBatchNormGrad", makeNorm, computeNormGradient<T, type>, deleteNorm);
  add("KindredFilterGradient", makeConvolution, computeFilterGradient<T>, deleteConvolution);
  add("KindredConvolution", makeConvolution, computeConvolution<T, type>, deleteConvolution);
  add("KindredConvolutionGradient", makeConvolution, computeConvolution<T, type>, deleteConvolution);
}

bool registerAll() {
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
  registerOperation({"KindredFilterGradient", {"x: T", "dy: T"}, {"dkernel: float"}, {kType, "side: int", "stride: int", "pad: int"}, shapesUnknown});
  registerOperation({"KindredConvolution", {"x: T", "kernel: T"}, {"y: T"}, {kType, "stride: int", "pad: int"}, shapesUnknown});
  registerOperation({"KindredConvolutionGradient",
                     {"dy: T", "kernel: T"},
                     {"dx: T"},
                     {kType, "stride: int", "pad: int", "height: int >= 1", "width: int >= 1"},
                     shapesUnknown});
  registerOperation({"KindredDrawViews",
                     {"canvas: C", "numbers: float", "slot_of_view: int32"},
                     {"views: float"},
                     {"C: {uint8, int32, float}", "side: int >= 1", "linear_count: int >= 0", "streams: int >= 1",
                      "has_hue: int", "has_grey: int", "blur_radius: int >= 0"},
                     shapesUnknown});
  registerOperation({"KindredUpdate",
                     {"weights: n * float", "gradients: n * float", "slots: m * float", "learning_rate: float", "step: float"},
                     {"next_weights: n * float", "next_slots: m * float"},
                     {"n: int >= 1", "m: int >= 1", "rule: int", "is_nesterov: int", "is_adapted: int", "momentum: float",
                      "weight_decay: float", "trust_coefficient: float", "beta1: float", "beta2: float", "epsilon: float"},
                     shapesUnknown});
  registerOperation({"KindredGlobalNorm", {"tensors: n * float"}, {"norm: float"}, {"n: int >= 1"}, shapesOfScalar});
  registerOperation({"KindredAbilities", {}, {"abilities: int32"}, {}, shapesOfScalar});
  registerForType<float, TF_FLOAT>("Float");
  registerForType<Bfloat16, TF_BFLOAT16>("Bfloat16");
  registerKernel("KindredDrawViews", "KindredDrawViews", 0, makeViews, computeViews, deleteViews);
  registerKernel("KindredUpdate", "KindredUpdate", 0, makeUpdate, computeUpdate, deleteUpdate);
  registerKernel("KindredGlobalNorm", "KindredGlobalNorm", 0, makeCount, computeGlobalNorm, deleteCount);
  registerKernel("KindredAbilities", "KindredAbilities", 0, nullptr, computeAbilities, nullptr);
  return true;
}

const bool isRegistered = registerAll();

}  // namespace
}  // namespace kindred
