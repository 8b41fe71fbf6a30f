// What a kernel of ours is called with and gives back, through TensorFlow's C interface.
#pragma once
#include <utility>
#include <vector>

#include "kernel-api.h"

namespace kindred {

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

inline std::vector<int64_t> dimsOf(const TF_Tensor* tensor) {
  std::vector<int64_t> dims(TF_NumDims(tensor));
  for (size_t i = 0; i < dims.size(); i++) dims[i] = TF_Dim(tensor, static_cast<int>(i));
  return dims;
}

template <typename T>
T* dataOf(TF_Tensor* tensor) {
  return static_cast<T*>(TF_TensorData(tensor));
}

}  // namespace kindred
