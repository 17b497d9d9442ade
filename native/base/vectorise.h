// One function, compiled for several generations of processors; the loader of the program picks the
// best one. The loops are plain C++ that the compiler turns into vector instructions.
#pragma once

// Needs GCC and glibc's indirect functions, whose resolvers run before the sanitizers are ready.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define RDM_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RDM_VECTORISED
#endif

// What a vectorised function calls has to be compiled with it.
#if defined(__GNUC__)
#define RDM_INLINE inline __attribute__((always_inline))
#else
#define RDM_INLINE inline
#endif
