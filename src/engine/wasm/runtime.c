/*
 * What stands in for the C library where there is none: copying, filling and an allocator over linear memory.
 *
 * The heap starts after the memory that the module was linked with and grows by whole pages. It is a row of blocks without gaps,
 * each a header of 64 bytes and a body of a multiple of 64; headers are linked in the order of their addresses. A request takes
 * the first free block that is large enough, cut to size; a freed block joins its free neighbours. The engine asks seldom and for
 * much, so a walk along the row is cheap.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes) { return __builtin_memcpy(to, from, bytes); }
void *memmove(void *to, const void *from, size_t bytes) { return __builtin_memmove(to, from, bytes); }
void *memset(void *to, int value, size_t bytes) { return __builtin_memset(to, value, bytes); }

/* Bytes the machine has left, asked before the heap grows: systems promise memory that they do not have. */
__attribute__((import_module("host"), import_name("availableMemory"))) double available_memory(void);

enum { ALIGNMENT = 64, PAGE = 65536 };

typedef struct Block {
  struct Block *before, *after;
  size_t size; /* of the body */
  bool free;
  _Alignas(ALIGNMENT) char body[];
} Block;

static struct {
  atomic_flag lock;
  Block *first, *last;
} heap;

static void acquire(void) {
  while (atomic_flag_test_and_set(&heap.lock)) {
  }
}

static void release(void) { atomic_flag_clear(&heap.lock); }

/* Joins a block to the one after it. */
static void join(Block *block) {
  const Block *after = block->after;
  block->size += sizeof(Block) + after->size;
  block->after = after->after;
  if (after->after) after->after->before = block;
  else heap.last = block;
}

static void make_free(Block *block) {
  block->free = true;
  if (block->after && block->after->free) join(block);
  if (block->before && block->before->free) join(block->before);
}

/* Adds pages for a body of `size` bytes at the end; false where the memory's limit or the machine's is reached. */
static bool grow(size_t size) {
  const size_t known = heap.last && heap.last->free ? heap.last->size : 0;
  const size_t pages = (size - known + sizeof(Block) + PAGE - 1) / PAGE;
  if ((double)pages * PAGE > available_memory()) return false;
  const size_t old = __builtin_wasm_memory_grow(0, pages);
  if (old == SIZE_MAX) return false;
  Block *block = (Block *)(old * PAGE);
  *block = (Block){.before = heap.last, .size = pages * PAGE - sizeof(Block)};
  if (heap.last) heap.last->after = block;
  else heap.first = block;
  heap.last = block;
  make_free(block);
  return true;
}

/* The first free block that holds `size` bytes. */
static Block *find(size_t size) {
  Block *block = heap.first;
  while (block && !(block->free && block->size >= size)) block = block->after;
  return block;
}

/* Leaves the rest of a block free where it is worth a block. */
static void cut(Block *block, size_t size) {
  if (block->size < size + sizeof(Block) + ALIGNMENT) return;
  Block *rest = (Block *)(void *)(block->body + size);
  *rest = (Block){.before = block, .after = block->after, .size = block->size - size - sizeof(Block)};
  if (rest->after) rest->after->before = rest;
  else heap.last = rest;
  block->after = rest;
  block->size = size;
  make_free(rest);
}

static void *take(size_t bytes) {
  if (bytes > SIZE_MAX / 2 + SIZE_MAX / 4) return NULL;
  const size_t size = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  acquire();
  Block *block = find(size);
  if (!block && grow(size)) block = find(size);
  if (block) {
    block->free = false;
    cut(block, size);
  }
  release();
  return block ? block->body : NULL;
}

int posix_memalign(void **memory, size_t alignment, size_t bytes) {
  *memory = alignment <= ALIGNMENT ? take(bytes) : NULL;
  return *memory == NULL;
}

void *calloc(size_t count, size_t bytes) {
  void *memory = bytes == 0 || count <= SIZE_MAX / bytes ? take(count * bytes) : NULL;
  return memory ? memset(memory, 0, count * bytes) : NULL;
}

void free(void *memory) {
  if (!memory) return;
  acquire();
  make_free((Block *)(void *)((char *)memory - sizeof(Block)));
  release();
}
