#ifndef CCPUFEATURES_H
#define CCPUFEATURES_H

/// The x86-64 micro-architecture level of this processor, 1 to 4, as the operating system lets us use it; 0 elsewhere.
int ccpu_x86_level(void);

/// Tells the C library to keep memory that is freed instead of returning it to the system; nothing where it can't be told.
void ccpu_keep_freed_memory(void);

#endif
