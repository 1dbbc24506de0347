#ifndef ADAMW_H
#define ADAMW_H

#include <stddef.h>

#include "../requests.h"

/* One update of `count` parameters from their gradient times `clip`; `first` and `second` are their moments. */
void adamw(const AdamW *options, float clip, size_t count, const float *restrict gradient, float *restrict parameters,
           float *restrict first, float *restrict second);

#endif
