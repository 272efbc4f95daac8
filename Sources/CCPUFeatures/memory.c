#include "CCPUFeatures.h"

#include <limits.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

void ccpu_keep_freed_memory(void) {
#ifdef __GLIBC__
  // Sizes up to 1 GiB come from the heap, and the heap's end is not cut off.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}
