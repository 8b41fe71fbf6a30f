// Registers operations of our own and their kernels for the CPU, through TensorFlow's C interface.
#pragma once
#include <cstdio>
#include <vector>

#include "kernel-api.h"
#include "tensorflow/c/ops.h"

namespace kindred {

struct Operation {
  const char* name;
  std::vector<const char*> inputs, outputs, attributes;
  void (*shapes)(TF_ShapeInferenceContext*, TF_Status*);
  // What it gives depends on more than its inputs: it is never merged with another, nor computed ahead.
  bool isStateful = false;
};

inline void shapesUnknown(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
}

inline void registerOperation(const Operation& operation) {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* builder = TF_NewOpDefinitionBuilder(operation.name);
  for (const char* attribute : operation.attributes) TF_OpDefinitionBuilderAddAttr(builder, attribute);
  for (const char* input : operation.inputs) TF_OpDefinitionBuilderAddInput(builder, input);
  for (const char* output : operation.outputs) TF_OpDefinitionBuilderAddOutput(builder, output);
  TF_OpDefinitionBuilderSetIsStateful(builder, operation.isStateful);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(builder, operation.shapes);
  TF_RegisterOpDefinition(builder, status);
  if (TF_GetCode(status) != TF_OK) std::fprintf(stderr, "%s: %s\n", operation.name, TF_Message(status));
  TF_DeleteStatus(status);
}

// type: what the attribute T must be, 0 where there is none.
inline void registerKernel(const char* operation, const char* name, int type, void* (*make)(TF_OpKernelConstruction*),
                           void (*compute)(void*, TF_OpKernelContext*), void (*drop)(void*)) {
  TF_Status* status = TF_NewStatus();
  TF_KernelBuilder* builder = TF_NewKernelBuilder(operation, "CPU", make, compute, drop);
  if (type != 0) TF_KernelBuilder_TypeConstraint(builder, "T", static_cast<TF_DataType>(type), status);
  if (TF_GetCode(status) == TF_OK) TF_RegisterKernelBuilder(name, builder, status);
  if (TF_GetCode(status) != TF_OK) std::fprintf(stderr, "%s: %s\n", name, TF_Message(status));
  TF_DeleteStatus(status);
}

}  // namespace kindred
