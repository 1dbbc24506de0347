/*
 * Matrix products of bf16 operands with f32 sums, on the tensor units of compute capability 8.0 and newer (mma.sync).
 *
 *   nt   C[m, n] (+)= A[m, k] B[n, k]^T      y  = x W^T       forward
 *   nn   C[m, n] (+)= A[m, k] B[k, n]        dx = dy W        gradient of the input
 *   tn   C[m, n] (+)= A[k, m]^T B[k, n]      dW += dy^T x     gradient of the weights
 *
 * C is f32, or bf16 for activations, to which nothing is added. Matrices are dense and row-major. What is side by side in memory
 * (k or n; for A of tn, m) comes in multiples of 8, since copies are of 16 bytes, and so does n; any other size will do: what is
 * beyond an edge counts as 0 and is not written.
 *
 * A block of 256 threads has a tile of 128 x 128 of C, a warp 64 x 32 of it, in registers. Steps of 32 in k go through a ring of
 * STAGES places in shared memory: while one is multiplied, the copies for the next are under way. Rows there are padded by 16
 * bytes, which puts the eight rows of a matrix that load_matrices reads into different banks.
 *
 * An element adds its products in the order of k, whatever the place of its row, its neighbours, or the card. Where C has few
 * tiles and k is long, as in a gradient of weights, k is split at places that the caller derives from the shape alone: blocks
 * (x, y, 0), (x, y, 1), ... leave partial sums, and the last of them to come adds these in the order of k.
 */
#include "../device.cuh"

enum {
  PRODUCT_THREADS = 256,
  TILE = 128,
  STEP = 32,
  STAGES = 4,
  PADDING = 8,
  PLACE = TILE * (STEP + PADDING), /* numbers of one operand in one stage, the larger of the two layouts */
  WARP_ROWS = 64,
  WARP_COLUMNS = 32,
  ROW_FRAGMENTS = WARP_ROWS / 16,
  COLUMN_FRAGMENTS = WARP_COLUMNS / 8,
  NUMBERS = ROW_FRAGMENTS * COLUMN_FRAGMENTS * 4 /* of C that a thread has */
};

/* How an operand lies: with k along its rows, as [m or n, k], or down its columns, as [k, m or n]. */
enum Along { K_ALONG_ROWS, K_DOWN_COLUMNS };

/* The shape of a step's tile in shared memory, as the operand lies. */
template <Along ALONG> struct Tile {
  static constexpr int rows = ALONG == K_ALONG_ROWS ? TILE : STEP;
  static constexpr int columns = ALONG == K_ALONG_ROWS ? STEP : TILE;
  static constexpr int stride = columns + PADDING;
};

/* Begins the copies of a tile: `outer` is its first row of A or column of B, `k` its first k. */
template <Along ALONG> DEVICE void copy_tile(bf16 *tile, const bf16 *operand, int outer, int outers, int k, int k_end, int ks) {
  using T = Tile<ALONG>;
  const int first_row = ALONG == K_ALONG_ROWS ? outer : k, first_column = ALONG == K_ALONG_ROWS ? k : outer;
  const int end_row = ALONG == K_ALONG_ROWS ? outers : k_end, end_column = ALONG == K_ALONG_ROWS ? k_end : outers;
  const int stride = ALONG == K_ALONG_ROWS ? ks : outers;
  for (int piece = thread_of_block(); piece < T::rows * T::columns / 8; piece += PRODUCT_THREADS) {
    const int row = piece / (T::columns / 8), column = piece % (T::columns / 8) * 8;
    const bool there = first_row + row < end_row && first_column + column < end_column;
    const size_t at = there ? (size_t)(first_row + row) * stride + first_column + column : 0;
    copy_16_bytes(tile + row * T::stride + column, operand + at, there);
  }
}

/*
 * The four matrices of 8 x 8 that make a square of 16 x 16 at (outer, k). Those of A come in the order that a[0] to a[3] of
 * multiply_add_tiles want: the second is 8 rows on, the third 8 in k. Those of B are b[0], b[1] of two tiles of 8 columns: the
 * second is 8 on in k. A matrix whose k goes down the columns is transposed on the way.
 */
template <Along ALONG, bool OF_A> DEVICE void load_square(uint32_t (&registers)[4], const bf16 *tile, int outer, int k) {
  const int matrix = lane_of_warp() / 8, row = lane_of_warp() % 8;
  outer += (OF_A ? matrix & 1 : matrix >> 1) * 8;
  k += (OF_A ? matrix >> 1 : matrix & 1) * 8;
  if (ALONG == K_ALONG_ROWS) load_matrices(registers, tile + (outer + row) * Tile<ALONG>::stride + k);
  else load_matrices_transposed(registers, tile + (k + row) * Tile<ALONG>::stride + outer);
}

/* A warp's part of C: tile (i, j) of 16 x 8 is in the registers d[] of multiply_add_tiles. */
struct Sums {
  float tile[ROW_FRAGMENTS][COLUMN_FRAGMENTS][4];
};

/* The sums over k in [k_begin, k_end) of the block's tile. */
template <Along A_ALONG, Along B_ALONG>
DEVICE void sum_products(Sums &sums, const bf16 *a, const bf16 *b, int m, int n, int k, int k_begin, int k_end) {
  bf16 *left = (bf16 *)shared_memory(), *right = left + STAGES * PLACE;
  const int first_row = warp_of_block() / 4 * WARP_ROWS, first_column = warp_of_block() % 4 * WARP_COLUMNS;
  const int steps = (k_end - k_begin + STEP - 1) / STEP;

  /* Every step has a group of copies, an empty one where there is nothing left to copy: so they can be counted. */
  auto begin = [&](int step) {
    if (step < steps) {
      const int at = k_begin + step * STEP, place = step % STAGES * PLACE;
      copy_tile<A_ALONG>(left + place, a, block_y() * TILE, m, at, k_end, k);
      copy_tile<B_ALONG>(right + place, b, block_x() * TILE, n, at, k_end, k);
    }
    copies_close();
  };

  for (int step = 0; step < STAGES - 1; step++) begin(step);
#pragma unroll 1
  for (int step = 0; step < steps; step++) {
#ifndef PLANT_NO_COPY_WAIT
    copies_wait<STAGES - 2>(); /* this step's own copies have come ... */
#endif
#ifndef PLANT_NO_BARRIER_IN_RING
    block_barrier(); /* ... and everyone's; and everyone has read the place that is filled next */
#endif
    begin(step + STAGES - 1);
    const bf16 *left_tile = left + step % STAGES * PLACE, *right_tile = right + step % STAGES * PLACE;
    for (int at = 0; at < STEP; at += 16) {
      uint32_t rows[ROW_FRAGMENTS][4], columns[COLUMN_FRAGMENTS / 2][4];
      for (int i = 0; i < ROW_FRAGMENTS; i++) load_square<A_ALONG, true>(rows[i], left_tile, first_row + 16 * i, at);
      for (int j = 0; j < COLUMN_FRAGMENTS / 2; j++)
        load_square<B_ALONG, false>(columns[j], right_tile, first_column + 16 * j, at);
      for (int i = 0; i < ROW_FRAGMENTS; i++)
        for (int j = 0; j < COLUMN_FRAGMENTS; j++)
          multiply_add_tiles(sums.tile[i][j], rows[i], columns[j / 2][j % 2 * 2], columns[j / 2][j % 2 * 2 + 1]);
    }
  }
}

/*
 * Of the blocks that share a tile of C, leaves this one's sums in `partials` and is true in the last to come, which then has the
 * sums of all, added in the order of k. `arrived` counts them and is 0 again afterwards.
 */
DEVICE bool sum_partials(Sums &sums, float *partials, unsigned *arrived) {
  const int splits = blocks_z(), tile = block_y() * blocks_x() + block_x();
  float *of_tile = partials + (size_t)tile * splits * TILE * TILE + thread_of_block();
  float *own = of_tile + (size_t)block_z() * TILE * TILE;
  float *flat = &sums.tile[0][0][0];
  for (int e = 0; e < NUMBERS; e++) own[e * PRODUCT_THREADS] = flat[e];

  bool *is_last = (bool *)shared_memory();
  block_barrier(); /* all have written, and none reads the ring any more */
  if (thread_of_block() == 0) {
#ifndef PLANT_NO_FENCE
    device_fence(); /* what the block has written comes before its arrival ... */
#endif
    *is_last = count_up(arrived + tile, splits - 1) == (unsigned)(splits - 1);
    device_fence(); /* ... and the others' arrival before what is read of them */
  }
#ifndef PLANT_NO_BARRIER_AFTER_COUNT
  block_barrier();
#endif
  if (!*is_last) return false;
  for (int e = 0; e < NUMBERS; e++) flat[e] = 0;
#pragma unroll 1
  for (int split = 0; split < splits; split++)
    for (int e = 0; e < NUMBERS; e++) flat[e] += of_tile[(size_t)split * TILE * TILE + e * PRODUCT_THREADS];
  return true;
}

/* Two numbers of a row of C that lie side by side, the first of an even column. Only sums in f32 are added to. */
template <class Number> struct alignas(2 * sizeof(Number)) Pair {
  Number first, second;
};
DEVICE void put(float *to, float first, float second, bool add) {
  Pair<float> *pair = (Pair<float> *)to;
  const Pair<float> before = add ? *pair : Pair<float>{0, 0};
  *pair = Pair<float>{add ? before.first + first : first, add ? before.second + second : second};
}
DEVICE void put(bf16 *to, float first, float second, bool) {
  *(Pair<bf16> *)to = Pair<bf16>{round_to_bf16(first), round_to_bf16(second)};
}

template <Along A_ALONG, Along B_ALONG, class Result>
DEVICE void product(const bf16 *a, const bf16 *b, Result *c, int m, int n, int k, int add, int depth, float *partials,
                    unsigned *arrived) {
  Sums sums = {};
  const int k_begin = block_z() * depth, k_end = k < k_begin + depth ? k : k_begin + depth;
  sum_products<A_ALONG, B_ALONG>(sums, a, b, m, n, k, k_begin, k_end);
  if (blocks_z() > 1 && !sum_partials(sums, partials, arrived)) return;

  const int first_row = block_y() * TILE + warp_of_block() / 4 * WARP_ROWS + lane_of_warp() / 4;
  const int first_column = block_x() * TILE + warp_of_block() % 4 * WARP_COLUMNS + lane_of_warp() % 4 * 2;
#pragma unroll
  for (int e = 0; e < NUMBERS / 2; e++) { /* sums stay in registers only if each is named: unrolled */
    const int half = e % 2, j = e / 2 % COLUMN_FRAGMENTS, i = e / 2 / COLUMN_FRAGMENTS;
    const int row = first_row + 16 * i + 8 * half, column = first_column + 8 * j;
    if (row >= m || column >= n) continue;
    put(c + (size_t)row * n + column, sums.tile[i][j][2 * half], sums.tile[i][j][2 * half + 1], add != 0);
  }
}

#define PRODUCT(name, A_ALONG, B_ALONG, Result)                                                                   \
  KERNEL(name, PRODUCT_THREADS, const bf16 *a, const bf16 *b, Result *c, int m, int n, int k, int add, int depth, \
         float *partials, unsigned *arrived) {                                                                    \
    product<A_ALONG, B_ALONG>(a, b, c, m, n, k, add, depth, partials, arrived);                                   \
  }

PRODUCT(product_nt_f32, K_ALONG_ROWS, K_ALONG_ROWS, float)
PRODUCT(product_nt_bf16, K_ALONG_ROWS, K_ALONG_ROWS, bf16)
PRODUCT(product_nn_f32, K_ALONG_ROWS, K_DOWN_COLUMNS, float)
PRODUCT(product_nn_bf16, K_ALONG_ROWS, K_DOWN_COLUMNS, bf16)
PRODUCT(product_tn_f32, K_DOWN_COLUMNS, K_DOWN_COLUMNS, float)
