/*
 * Elementary functions in double precision that give the same bits wherever they are compiled: additions, multiplications and
 * divisions in one order, where a system's library differs from the next. Within two units in the last place of the true value.
 * src/elementary/elementary.ts has the same in TypeScript, and a test holds the two against each other.
 */
#ifndef ELEMENTARY_H
#define ELEMENTARY_H

double exponential_of(double x);           /* e^x */
double exponential_minus_one_of(double x); /* e^x - 1, also near 0 */
double logarithm_of(double x);             /* ln x; NaN below 0 */
double cosine_of(double x);                /* |x| < 2^20 */
double sine_of(double x);                  /* |x| < 2^20 */
double whole_power_of(double x, double n); /* x^n, n whole and not negative */

#endif
