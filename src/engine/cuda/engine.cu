/* All kernels of the engine, as one module: what build.ts compiles for GPUs and tests for a CPU. */
#include "kernels/layernorm.cu"
#include "kernels/product.cu"
