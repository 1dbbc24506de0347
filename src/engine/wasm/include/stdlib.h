/* Memory; runtime.c has the allocator. */
#ifndef WASM_STDLIB_H
#define WASM_STDLIB_H

#include <stddef.h>

void *calloc(size_t count, size_t bytes);
void free(void *memory);
int posix_memalign(void **memory, size_t alignment, size_t bytes);

#endif
