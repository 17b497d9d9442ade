// What this build runs on.
#pragma once
#include "base/plain.h"

namespace rdm {

// {version, libtorch, threads, cpu: vector capability, bf16: whether the CPU multiplies in it,
//  cuda: {available, devices: how many}, codecs: {jpeg, jpegHuffman: by our own look-up, png, webp,
//  tiff}, backends: {gloo, nccl}}
Plain environment();

}  // namespace rdm
