#include <morsel/train.h>

#include <stdlib.h>
#include <string.h>

void bootstrap_fresh(int n, struct rng *rng, double *weight)
{
    memset(weight, 0, (size_t)n * sizeof *weight);
    for (int i = 0; i < n; i++)
        weight[rng_below(rng, n)]++;
}

/* One more frame, number n - 1, for a member whose list has n - 1 entries. */
static void grow(int *list, int n, struct rng *rng)
{
    list[n - 1] = rng_below(rng, n);
    for (int i = 0; i < n; i++)
        if (rng_uniform(rng) < 1.0 / n)
            list[i] = n - 1;
}

void bootstrap_paper(int n, int initial, struct rng *rng, double *weight)
{
    int *list = xcalloc((size_t)n, sizeof *list);
    int start = initial < n ? initial : n;

    for (int i = 0; i < start; i++)
        list[i] = rng_below(rng, start);
    for (int k = start + 1; k <= n; k++)
        grow(list, k, rng);
    memset(weight, 0, (size_t)n * sizeof *weight);
    for (int i = 0; i < n; i++)
        weight[list[i]]++;
    free(list);
}
