/*
 * The driver of a simulated GPU: the functions of CUDA's driver API that driver.ts calls, over threads.h and memory.h. It has
 * one device, of compute capability 8.6 until a test says otherwise, which has the least shared memory of those that the kernels
 * are for. Misuse that a real driver refuses is refused with the same error; a fault inside a kernel is a failed launch, and the
 * context is lost.
 */
#include <stdio.h>

#include "memory.h"
#include "threads.h"

#define API extern "C" __attribute__((visibility("default")))

/* CUresult, as far as it is needed. */
enum Result {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  NOT_FOUND = 500,
  LAUNCH_OUT_OF_RESOURCES = 701,
  LAUNCH_FAILED = 719
};

/* CUdevice_attribute and CUfunction_attribute. */
enum { SHARED_OF_BLOCK_OPTIN = 97, MULTIPROCESSORS = 16, CAPABILITY_MAJOR = 75, CAPABILITY_MINOR = 76, MAX_DYNAMIC_SHARED = 8 };
enum { SHARED_BY_DEFAULT = 49152, SHARED_AT_MOST = 101376, MOST_BLOCKS_Y = 65535 };

struct Function {
  const simulate::Kernel *kernel;
  size_t shared_at_most;
};

static bool initialised, retained, current, lost;
static unsigned order;
static int capability = 86;
static char report[700];
static Function functions[64];
static size_t function_count;

static Result ready() {
  if (!initialised) return NOT_INITIALIZED;
  if (!current) return INVALID_CONTEXT;
  return lost ? LAUNCH_FAILED : SUCCESS;
}
#define WHEN_READY \
  if (const Result problem = ready()) return problem

/* What no driver has: the order of threads and blocks, the device's memory, why the last launch failed, and a new start. */
API void simulate_order(unsigned which) { order = which; }
API void simulate_capability(int which) { capability = which; }
API void simulate_memory(uint64_t bytes) { simulate::memory_set_total(bytes); }
API const char *simulate_report() { return report; }
API void simulate_reset() {
  initialised = retained = current = lost = false;
  report[0] = 0;
}

API int cuInit(unsigned flags) {
  if (flags != 0) return INVALID_VALUE;
  initialised = true;
  return SUCCESS;
}
API int cuDriverGetVersion(int *version) {
  *version = 13050;
  return SUCCESS;
}
API int cuDeviceGetCount(int *count) {
  if (!initialised) return NOT_INITIALIZED;
  *count = 1;
  return SUCCESS;
}
API int cuDeviceGet(int *device, int ordinal) {
  if (!initialised) return NOT_INITIALIZED;
  if (ordinal != 0) return INVALID_DEVICE;
  *device = 0;
  return SUCCESS;
}
API int cuDeviceGetName(char *name, int size, int device) {
  if (device != 0) return INVALID_DEVICE;
  snprintf(name, (size_t)size, "simulated GPU");
  return SUCCESS;
}
API int cuDeviceGetAttribute(int *value, int attribute, int device) {
  if (device != 0) return INVALID_DEVICE;
  switch (attribute) {
    case SHARED_OF_BLOCK_OPTIN: *value = SHARED_AT_MOST; return SUCCESS;
    case MULTIPROCESSORS: *value = 1; return SUCCESS;
    case CAPABILITY_MAJOR: *value = capability / 10; return SUCCESS;
    case CAPABILITY_MINOR: *value = capability % 10; return SUCCESS;
    default: return INVALID_VALUE;
  }
}
API int cuDevicePrimaryCtxRetain(void **context, int device) {
  if (!initialised) return NOT_INITIALIZED;
  if (device != 0) return INVALID_DEVICE;
  retained = true;
  *context = &retained;
  return SUCCESS;
}
API int cuDevicePrimaryCtxRelease_v2(int device) {
  if (device != 0) return INVALID_DEVICE;
  if (!retained) return INVALID_CONTEXT;
  retained = current = lost = false;
  return SUCCESS;
}
API int cuCtxSetCurrent(void *context) {
  if (context != &retained || !retained) return INVALID_CONTEXT;
  current = true;
  return SUCCESS;
}
API int cuCtxSynchronize() { return ready(); }

API int cuMemGetInfo_v2(size_t *available, size_t *total) {
  WHEN_READY;
  *available = simulate::memory_free();
  *total = simulate::memory_total();
  return SUCCESS;
}
API int cuMemAlloc_v2(uint64_t *address, size_t bytes) {
  WHEN_READY;
  if (bytes == 0) return INVALID_VALUE;
  *address = simulate::memory_allocate(bytes);
  return *address == 0 ? OUT_OF_MEMORY : SUCCESS;
}
API int cuMemFree_v2(uint64_t address) {
  WHEN_READY;
  return simulate::memory_release(address) ? SUCCESS : INVALID_VALUE;
}
API int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes) {
  WHEN_READY;
  if (!simulate::memory_holds(to, bytes)) return INVALID_VALUE;
  memcpy((void *)to, from, bytes);
  return SUCCESS;
}
API int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes) {
  WHEN_READY;
  if (!simulate::memory_holds(from, bytes)) return INVALID_VALUE;
  memcpy(to, (const void *)from, bytes);
  return SUCCESS;
}
API int cuMemsetD8_v2(uint64_t to, unsigned char value, size_t bytes) {
  WHEN_READY;
  if (!simulate::memory_holds(to, bytes)) return INVALID_VALUE;
  memset((void *)to, value, bytes);
  return SUCCESS;
}

/* The kernels of the image are in this library; of the image only its first byte is looked at: ELF or text. */
API int cuModuleLoadData(void **module, const void *image) {
  WHEN_READY;
  if (image == nullptr) return INVALID_VALUE;
  const unsigned char first = *(const unsigned char *)image;
  if (first != 0x7f && first != '/') return INVALID_IMAGE;
  *module = functions;
  return SUCCESS;
}
API int cuModuleGetFunction(Function **function, void *module, const char *name) {
  WHEN_READY;
  if (module != functions) return INVALID_VALUE;
  const simulate::Kernel *kernel = simulate::find(name);
  if (kernel == nullptr) return NOT_FOUND;
  for (size_t i = 0; i < function_count; i++)
    if (functions[i].kernel == kernel) {
      *function = &functions[i];
      return SUCCESS;
    }
  if (function_count == sizeof functions / sizeof *functions) return OUT_OF_MEMORY;
  *function = &functions[function_count++];
  **function = {kernel, SHARED_BY_DEFAULT};
  return SUCCESS;
}
API int cuFuncSetAttribute(Function *function, int attribute, int value) {
  WHEN_READY;
  if (attribute != MAX_DYNAMIC_SHARED || value < 0 || value > SHARED_AT_MOST) return INVALID_VALUE;
  function->shared_at_most = (size_t)value;
  return SUCCESS;
}
API int cuLaunchKernel(const Function *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                       unsigned block_y, unsigned block_z, unsigned shared_bytes, void *stream, void **parameters, void **extra) {
  WHEN_READY;
  if (grid_x == 0 || grid_y == 0 || grid_z == 0 || grid_y > MOST_BLOCKS_Y || grid_z > MOST_BLOCKS_Y) return INVALID_VALUE;
  if (shared_bytes > function->shared_at_most || stream != nullptr || extra != nullptr) return INVALID_VALUE;
  /* A real driver takes fewer threads than the kernel is compiled for; these kernels would leave work undone. */
  if (block_x != function->kernel->threads || block_y != 1 || block_z != 1) return LAUNCH_OUT_OF_RESOURCES;
  const char *problem = simulate::launch(*function->kernel, {grid_x, grid_y, grid_z}, shared_bytes, order, parameters);
  if (problem == nullptr) return SUCCESS;
  snprintf(report, sizeof report, "%s: %s", function->kernel->name, problem);
  lost = true;
  return LAUNCH_FAILED;
}

API int cuGetErrorName(int error, const char **name) {
  switch (error) {
    case SUCCESS: *name = "CUDA_SUCCESS"; return SUCCESS;
    case INVALID_VALUE: *name = "CUDA_ERROR_INVALID_VALUE"; return SUCCESS;
    case OUT_OF_MEMORY: *name = "CUDA_ERROR_OUT_OF_MEMORY"; return SUCCESS;
    case NOT_INITIALIZED: *name = "CUDA_ERROR_NOT_INITIALIZED"; return SUCCESS;
    case INVALID_DEVICE: *name = "CUDA_ERROR_INVALID_DEVICE"; return SUCCESS;
    case INVALID_IMAGE: *name = "CUDA_ERROR_INVALID_IMAGE"; return SUCCESS;
    case INVALID_CONTEXT: *name = "CUDA_ERROR_INVALID_CONTEXT"; return SUCCESS;
    case NOT_FOUND: *name = "CUDA_ERROR_NOT_FOUND"; return SUCCESS;
    case LAUNCH_OUT_OF_RESOURCES: *name = "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES"; return SUCCESS;
    case LAUNCH_FAILED: *name = "CUDA_ERROR_LAUNCH_FAILED"; return SUCCESS;
    default: *name = nullptr; return INVALID_VALUE;
  }
}
