#ifndef CCPUFEATURES_H
#define CCPUFEATURES_H

/// The x86-64 micro-architecture level of this processor, 1 to 4, as the operating system lets us use it; 0 elsewhere.
int ccpu_x86_level(void);

#endif
