#include "memory.h"

#include <sys/mman.h>

#include <map>

#include <string.h>

namespace simulate {

namespace {

enum : size_t { RANGE = (size_t)1 << 38, GAP = 4096, PAGE = 4096 };

struct Allocation {
  size_t number, size, room;
};

uint64_t base, next;
size_t total = (size_t)24 << 30, used, numbers;
std::map<uint64_t, Allocation> allocations;

/* The allocation that an address lies in or behind; the end where there is none before it. */
std::map<uint64_t, Allocation>::iterator before(uint64_t address) {
  auto found = allocations.upper_bound(address);
  return found == allocations.begin() ? allocations.end() : --found;
}

} // namespace

size_t memory_total() { return total; }
size_t memory_free() { return total > used ? total - used : 0; }
void memory_set_total(size_t bytes) { total = bytes; }

uint64_t memory_allocate(size_t bytes) {
  if (base == 0) {
    void *range = mmap(nullptr, RANGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) return 0;
    base = next = (uint64_t)range + GAP;
  }
  const size_t room = (bytes + PAGE - 1) / PAGE * PAGE;
  if (bytes == 0 || bytes > memory_free() || next + room + GAP > base + RANGE - GAP) return 0;
  const uint64_t address = next;
  next += room + GAP;
  used += bytes;
  allocations[address] = {++numbers, bytes, room};
  memset((void *)address, 0xff, bytes);
  return address;
}

bool memory_release(uint64_t address) {
  const auto found = allocations.find(address);
  if (found == allocations.end()) return false;
  madvise((void *)address, found->second.room, MADV_DONTNEED);
  used -= found->second.size;
  allocations.erase(found);
  return true;
}

bool memory_owns(uint64_t address) { return base != 0 && address >= base - GAP && address < base - GAP + RANGE; }

bool memory_holds(uint64_t address, size_t bytes) {
  const auto found = before(address);
  return found != allocations.end() && address + bytes <= found->first + found->second.size;
}

Place memory_place(uint64_t address) {
  const auto found = before(address);
  return {found->second.number, (size_t)(address - found->first), found->second.size};
}

} // namespace simulate
