// TensorFlow's own timeline of a session's run, which tfjs-node's binding can't ask for.
//
// The set-up compiles the binding with TF_SessionRun under the name kindredSessionRun, so that its runs pass through here.
// They go on as they came, but for the one after KindredTraceNextRun: that is run with tracing, and KindredTakeTrace gives
// what TensorFlow wrote down.
//
//   KindredTraceNextRun  → the next run of any session in this process, by whichever thread, is traced
//   KindredTakeTrace     → trace: int32, a RunMetadata message: its length in bytes, then the bytes (the binding reads no
//                          uint8); length 0 when no traced run has ended since the last call
#undef TF_SessionRun
#include <cstring>
#include <mutex>
#include <utility>

#include "kernel-api.h"
#include "register-operation.h"
#include "tensorflow/c/c_api.h"

namespace kindred {
namespace {

// RunOptions { trace_level: SOFTWARE_TRACE }: each operation's times, without the profilers of devices.
const char kTraced[] = {0x08, 0x01};

std::mutex mutex;
bool isNextTraced = false;
TF_Buffer* trace = nullptr;

bool takeWish() {
  const std::lock_guard<std::mutex> lock(mutex);
  return std::exchange(isNextTraced, false);
}

void keepTrace(TF_Buffer* newest) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (trace != nullptr) TF_DeleteBuffer(trace);
  trace = newest;
}

TF_Buffer* takeTrace() {
  const std::lock_guard<std::mutex> lock(mutex);
  return std::exchange(trace, nullptr);
}

void computeTraceNextRun(void*, TF_OpKernelContext*) {
  const std::lock_guard<std::mutex> lock(mutex);
  isNextTraced = true;
}

void computeTakeTrace(void*, TF_OpKernelContext* context) {
  TF_Buffer* taken = takeTrace();
  const size_t bytes = taken == nullptr ? 0 : taken->length;
  const int64_t words = 1 + static_cast<int64_t>((bytes + 3) / 4);
  TF_Status* status = TF_NewStatus();
  TF_Tensor* output = TF_AllocateOutput(context, 0, TF_INT32, &words, 1, 4 * words, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelContext_Failure(context, status);
  if (output != nullptr) {
    auto* data = static_cast<int32_t*>(TF_TensorData(output));
    data[words - 1] = 0;
    data[0] = static_cast<int32_t>(bytes);
    if (bytes > 0) std::memcpy(data + 1, taken->data, bytes);
  }
  if (output != nullptr) TF_DeleteTensor(output);
  if (taken != nullptr) TF_DeleteBuffer(taken);
  TF_DeleteStatus(status);
}

bool registerTracing() {
  registerOperation({"KindredTraceNextRun", {}, {}, {}, shapesUnknown, true});
  registerOperation({"KindredTakeTrace", {}, {"trace: int32"}, {}, shapesUnknown, true});
  registerKernel("KindredTraceNextRun", "KindredTraceNextRun", 0, nullptr, computeTraceNextRun, nullptr);
  registerKernel("KindredTakeTrace", "KindredTakeTrace", 0, nullptr, computeTakeTrace, nullptr);
  return true;
}

const bool isRegistered = registerTracing();

}  // namespace
}  // namespace kindred

extern "C" void kindredSessionRun(TF_Session* session, const TF_Buffer* options, const TF_Output* inputs,
                                  TF_Tensor* const* inputValues, int inputCount, const TF_Output* outputs,
                                  TF_Tensor** outputValues, int outputCount, const TF_Operation* const* targets,
                                  int targetCount, TF_Buffer* metadata, TF_Status* status) {
  if (!kindred::takeWish()) {
    TF_SessionRun(session, options, inputs, inputValues, inputCount, outputs, outputValues, outputCount, targets,
                  targetCount, metadata, status);
    return;
  }
  TF_Buffer* traced = TF_NewBufferFromString(kindred::kTraced, sizeof(kindred::kTraced));
  TF_Buffer* written = TF_NewBuffer();
  TF_SessionRun(session, traced, inputs, inputValues, inputCount, outputs, outputValues, outputCount, targets, targetCount,
                written, status);
  TF_DeleteBuffer(traced);
  kindred::keepTrace(written);
}
