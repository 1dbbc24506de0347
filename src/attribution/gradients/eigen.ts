/** Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations: slow beside other ways, exact and short. */

export interface Eigen {
  readonly values: Float64Array
  /** Row-major `[n, n]`: vector j is row j. */
  readonly vectors: Float64Array
}

/** Sweeps after which rotations are given up; a dozen are enough for some hundred rows. */
const MOST_SWEEPS = 30
/** What is left beside the diagonal, against all there is. */
const ENOUGH = 1e-10

/** Of a matrix `[n, n]`, row-major, which is left as it is. A = sum_j values_j v_j v_j^T. */
export const symmetricEigen = (matrix: Float64Array, n: number): Eigen => {
  const a = matrix.slice()
  const vectors = new Float64Array(n * n)
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1
  const total = a.reduce((sum, x) => sum + x * x, 0)
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off += 2 * a[i * n + j]! ** 2
    if (off <= ENOUGH * ENOUGH * total) break
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!
        if (apq === 0) continue
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq)
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        const s = t * c
        rotate(a, n, p, q, c, s)
        for (let i = 0; i < n; i++) {
          const [x, y] = [a[i * n + p]!, a[i * n + q]!]
          a[i * n + p] = c * x - s * y
          a[i * n + q] = s * x + c * y
        }
        rotate(vectors, n, p, q, c, s)
      }
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors }
}

/** Rows p and q turned. */
const rotate = (matrix: Float64Array, n: number, p: number, q: number, c: number, s: number): void => {
  for (let i = 0; i < n; i++) {
    const x = matrix[p * n + i]!
    const y = matrix[q * n + i]!
    matrix[p * n + i] = c * x - s * y
    matrix[q * n + i] = s * x + c * y
  }
}
