// TensorFlow's view of what is here: operations and their kernels for the CPU, registered when the addon is loaded. Norms have
// a file of their own, `register-norms.cc`.
//
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
// T is float or bfloat16; images are [n, h, w, c], c a multiple of 16.
#include <string>
#include <utility>
#include <vector>

#include "convolution.h"
#include "draw-views.h"
#include "filter-gradient.h"
#include "kernel-call.h"
#include "optimizer-updates.h"
#include "matrix-units.h"
#include "products.h"
#include "register-operation.h"

namespace kindred {
namespace {

// What a convolution or a gradient of one is told: 0 where an operation has no such attribute.
struct ConvolutionAttributes {
  int32_t side = 0, stride = 1, pad = 0, height = 0, width = 0, sides = 0, rectified = 0;
};

void* makeConvolution(TF_OpKernelConstruction* construction) {
  TF_Status* status = TF_NewStatus();
  auto* attributes = new ConvolutionAttributes;
  const std::pair<const char*, int32_t*> wanted[] = {
      {"side", &attributes->side},     {"stride", &attributes->stride}, {"pad", &attributes->pad},
      {"height", &attributes->height}, {"width", &attributes->width},   {"sides", &attributes->sides},
      {"rectified", &attributes->rectified}};
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

template <typename T, TF_DataType type, bool hasBias>
void computeConvolution(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<ConvolutionAttributes*>(kernel);
  const bool isGradient = attributes.height > 0;
  Call call(context);
  TF_Tensor *x = call.input(0), *weights = call.input(1), *bias = hasBias ? call.input(2) : nullptr;
  TF_Tensor* added = attributes.sides > 0 ? call.input(3) : nullptr;
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
  if (call.hasFailed() ||
      !call.require(bias == nullptr || TF_TensorElementCount(bias) == shape.outChannels, "one bias for each channel") ||
      !call.require(added == nullptr || TF_TensorElementCount(added) == TF_TensorElementCount(y), "side must be as y") ||
      !call.require(added == nullptr || attributes.rectified > 0, "a side needs the ReLU after it"))
    return;
  const ConvolutionEnd<T> end = {bias == nullptr ? nullptr : dataOf<T>(bias), added == nullptr ? nullptr : dataOf<T>(added),
                                 attributes.rectified > 0};
  convolve<T>(shape, dataOf<T>(x), dataOf<T>(weights), end, dataOf<T>(y));
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

// Of bfloat16: TensorFlow's own convolutions are better only where they alone use the processor's tiles.
bool convolvesBest() { return hasProducts<Bfloat16>() && (hasMatrixUnits() || !areMatrixUnitsInProcessor()); }

void computeAbilities(void*, TF_OpKernelContext* context) {
  Call call(context);
  TF_Tensor* abilities = call.output(0, TF_INT32, {});
  if (call.hasFailed()) return;
  *dataOf<int32_t>(abilities) =
      1 + (convolvesBest() ? 2 : 0) + (hasProducts<float>() ? 4 : 0) + (areMatrixUnitsInProcessor() ? 8 : 0);
}

void shapesOfScalar(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeHandle* scalar = TF_ShapeInferenceContextScalar(context);
  TF_ShapeInferenceContextSetOutput(context, 0, scalar, status);
  TF_DeleteShapeHandle(scalar);
}

const char* const kType = "T: {float, bfloat16}";

template <typename T, TF_DataType type>
void registerForType(const std::string& name) {
  const auto add = [&](const char* operation, auto compute) {
    registerKernel(operation, (operation + name).c_str(), type, makeConvolution, compute, deleteConvolution);
  };
  add("KindredFilterGradient", computeFilterGradient<T>);
  add("KindredConvolution", computeConvolution<T, type, false>);
  add("KindredBiasedConvolution", computeConvolution<T, type, true>);
  add("KindredConvolutionGradient", computeConvolution<T, type, false>);
}

bool registerAll() {
  registerOperation({"KindredFilterGradient", {"x: T", "dy: T"}, {"dkernel: float"}, {kType, "side: int", "stride: int", "pad: int"}, shapesUnknown});
  registerOperation({"KindredConvolution", {"x: T", "kernel: T"}, {"y: T"}, {kType, "stride: int", "pad: int"}, shapesUnknown});
  registerOperation({"KindredBiasedConvolution",
                     {"x: T", "kernel: T", "bias: T", "side: sides * T"},
                     {"y: T"},
                     {kType, "stride: int", "pad: int", "sides: int >= 0", "rectified: int >= 0"},
                     shapesUnknown});
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
