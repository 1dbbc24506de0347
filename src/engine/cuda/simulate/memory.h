/*
 * Memory of the simulated device. It lies in one range of addresses of its own, with room between allocations, so that an
 * address tells whether it is the device's, and whether anything lies there. A new allocation is full of NaN.
 */
#ifndef SIMULATE_MEMORY_H
#define SIMULATE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

namespace simulate {

/* What the device has in all, until a test says otherwise: 24 GB. */
size_t memory_total();
size_t memory_free();
void memory_set_total(size_t bytes);

/* 0 where there is not enough left. */
uint64_t memory_allocate(size_t bytes);
/* False where nothing begins there. */
bool memory_release(uint64_t address);

/* Whether an address belongs to the range, and whether bytes there are all inside one allocation. */
bool memory_owns(uint64_t address);
bool memory_holds(uint64_t address, size_t bytes);

/* The number of the allocation that holds the address, which no later one has again, and how far it is inside. */
struct Place {
  size_t allocation, offset, size;
};
Place memory_place(uint64_t address);

} // namespace simulate

#endif
