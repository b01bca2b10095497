#include <morsel/util.h>

#include <math.h>

#define PI 3.14159265358979323846

/* splitmix64: spreads a small seed over all 256 bits of the state. */
static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void rng_init(struct rng *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix(&seed);
}

static uint64_t rotate(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

uint64_t rng_next(struct rng *r)
{
    uint64_t *s = r->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

/* The upper 53 bits: every multiple of 2^-53 in [0, 1). */
double rng_uniform(struct rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

/* Numbers past the last whole multiple of n are thrown again. */
int rng_below(struct rng *r, int n)
{
    uint64_t m = (uint64_t)n, x, last = UINT64_MAX - UINT64_MAX % m;

    do
        x = rng_next(r);
    while (x >= last);
    return (int)(x % m);
}

/* Box and Muller, Ann. Math. Stat. 29, 610 (1958). */
double rng_normal(struct rng *r)
{
    double u = 1 - rng_uniform(r), v = rng_uniform(r);

    return sqrt(-2 * log(u)) * cos(2 * PI * v);
}
