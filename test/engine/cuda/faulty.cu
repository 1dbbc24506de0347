/* Kernels that are wrong, each in one way: what a simulated GPU must notice by itself. */
#include "device.cuh"

enum { FAULTY_THREADS = 64 };

/* Half a warp goes into an operation of the whole warp, the other half into another one. */
KERNEL(lanes_apart, FAULTY_THREADS, float *x) {
  if (lane_of_warp() < 16) x[0] = lane_xor(1, 1);
  else {
    uint32_t registers[4];
    load_matrices(registers, (const bf16 *)shared_memory());
  }
}

/* One warp waits at a barrier that the other never comes to. */
KERNEL(standstill, FAULTY_THREADS, float *x) {
  if (warp_of_block() == 0) block_barrier();
  if (thread_of_block() == 0) x[0] = 1;
}

/* Copies what it does not wait for. */
KERNEL(forgotten_copy, FAULTY_THREADS, float *x) {
  copy_16_bytes(shared_memory() + 16 * thread_of_block(), x, true);
  copies_close();
}

/* Reads a number behind the end of the memory it is given. */
KERNEL(behind_the_end, FAULTY_THREADS, float *x, int size) {
  if (thread_of_block() == 0) x[0] = x[size];
}

/* Reads shared memory behind what the launch has. */
KERNEL(too_much_shared, FAULTY_THREADS, float *x) { x[thread_of_block()] = ((float *)shared_memory())[thread_of_block()]; }

/* Two blocks write one number. */
KERNEL(two_writers, FAULTY_THREADS, float *x) {
  if (thread_of_block() == 0) x[0] = (float)block_x();
}

/* The fence is one thread's and the arrival another's, with no barrier between them. */
KERNEL(fence_of_another, FAULTY_THREADS, float *x, unsigned *counter) {
  unsigned *before = (unsigned *)shared_memory();
  if (thread_of_block() == 0) x[block_x()] = 1;
  block_barrier();
  if (thread_of_block() == 1) device_fence();
  if (thread_of_block() == 0) {
    *before = count_up(counter, 1);
    device_fence();
    if (*before == 1) x[2] = x[0] + x[1];
  }
}

/* Nothing is wrong: a block turns its numbers around, and adds 1 where shared memory was not NaN before. */
KERNEL(right, FAULTY_THREADS, float *x) {
  float *shared = (float *)shared_memory();
  const float never_written = shared[thread_of_block()];
  block_barrier();
  shared[thread_of_block()] = x[thread_of_block()];
  block_barrier();
  x[thread_of_block()] = shared[FAULTY_THREADS - 1 - thread_of_block()] + (never_written == never_written ? 1 : 0);
}
