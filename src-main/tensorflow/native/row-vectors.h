// Sixteen channels at a time, read and written as float32 or bfloat16, computed in float32. GCC's and Clang's vector
// types: any processor runs them, in the widest registers that the surrounding file is compiled for.
#pragma once
#include <cstdint>
#include <cstring>

namespace kindred {

constexpr int kLanes = 16;
typedef float Lanes __attribute__((vector_size(64)));
typedef int32_t IntLanes __attribute__((vector_size(64)));
typedef uint32_t WordLanes __attribute__((vector_size(64)));
typedef uint16_t HalfLanes __attribute__((vector_size(32)));

struct Bfloat16 {
  uint16_t bits;
};

}  // namespace kindred
