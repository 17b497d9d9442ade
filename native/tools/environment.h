// What this build runs on.
#pragma once
#include "base/plain.h"

namespace rdm {

// {version, libtorch, threads, cpu: vector capability, bf16: whether the CPU multiplies in it,
//  cuda: {available, devices: how many, built: the CUDA of LibTorch, null for a CPU build, missing:
//  null or {reason, advice, unused: a GPU is there all the same}}, codecs: {jpeg, jpegHuffman: by
//  our own look-up, png, webp, tiff}, backends: {gloo, nccl}}
Plain environment();

}  // namespace rdm
