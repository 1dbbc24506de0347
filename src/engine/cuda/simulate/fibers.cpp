#ifdef __APPLE__
#define _XOPEN_SOURCE 600 /* before any header: contexts are as large as it says */
#define _DARWIN_C_SOURCE
#endif
#include "fibers.h"

#include <stdint.h>
#include <stdlib.h>

#if !(defined(__x86_64__) && defined(__ELF__)) && !defined(PORTABLE_FIBERS)
#define PORTABLE_FIBERS
#endif

#ifdef PORTABLE_FIBERS
#ifdef __APPLE__
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
#endif
#include <ucontext.h>
#endif

namespace simulate {

namespace {

enum { MOST = 1024, STACK_BYTES = 65536 };

#ifdef PORTABLE_FIBERS
struct Fiber {
  char *stack;
  ucontext_t context;
};
ucontext_t resumer;
#else
struct Fiber {
  char *stack;
  void *stack_pointer;
};
void *resumer;
#endif
Fiber fibers[MOST];

char *stack_of(Fiber &fiber) {
  if (fiber.stack == nullptr) fiber.stack = (char *)malloc(STACK_BYTES);
  return fiber.stack;
}

} // namespace

#ifdef PORTABLE_FIBERS

void fiber_begin(int i, void (*entry)()) {
  Fiber &fiber = fibers[i];
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = stack_of(fiber);
  fiber.context.uc_stack.ss_size = STACK_BYTES;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, entry, 0);
}
void fiber_resume(int i) { swapcontext(&resumer, &fibers[i].context); }
void fiber_suspend(int i) { swapcontext(&fibers[i].context, &resumer); }

#else

/* Keeps the registers that a call keeps on the stack, leaves the stack's pointer in *save and goes on where `to` was left. */
extern "C" __attribute__((visibility("hidden"))) void simulate_switch(void **save, void *to);
asm(R"(
  .text
  .globl simulate_switch
  .hidden simulate_switch
simulate_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
)");

void fiber_begin(int i, void (*entry)()) {
  /* As simulate_switch would have left it: six registers, then where to return to. A function begins 8 bytes off a multiple
   * of 16. */
  char *end = (char *)((uintptr_t)(stack_of(fibers[i]) + STACK_BYTES) / 16 * 16);
  void **top = (void **)(end - 16);
  *top = (void *)entry;
  for (int r = 0; r < 6; r++) *--top = nullptr;
  fibers[i].stack_pointer = top;
}
void fiber_resume(int i) { simulate_switch(&resumer, fibers[i].stack_pointer); }
void fiber_suspend(int i) { simulate_switch(&fibers[i].stack_pointer, resumer); }

#endif

} // namespace simulate
