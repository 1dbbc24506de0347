/* Fibers: stacks between which one thread of the CPU goes back and forth. */
#ifndef SIMULATE_FIBERS_H
#define SIMULATE_FIBERS_H

namespace simulate {

/* Makes fiber i begin at `entry` when it is next resumed, on its own stack; `entry` never returns. What it did before is dropped.
 */
void fiber_begin(int i, void (*entry)());
/* Runs fiber i until it suspends; called outside of fibers. */
void fiber_resume(int i);
/* Goes back to the call of fiber_resume. */
void fiber_suspend(int i);

} // namespace simulate

#endif
