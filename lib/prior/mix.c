#include <morsel/prior.h>

#include <math.h>

static double yang(double x, double y)
{
    return x * y * (x + y) / (x * x + y * y);
}

struct morse morse_mix(const struct morse *a, const struct morse *b,
                       enum mixing rule)
{
    struct morse m = {
        .d = sqrt(a->d * b->d),
        .re = 0.5 * (a->re + b->re),
        .a = 2 / (1 / a->a + 1 / b->a),
    };

    if (rule == MIX_YANG) {
        double sigma = yang(a->re - log(2) / a->a, b->re - log(2) / b->a);

        m.d = m.d > 0 ? 2 * a->d * b->d / (a->d + b->d) : 0;
        m.re = yang(a->re, b->re);
        m.a = log(2) / (m.re - sigma);
    }
    return m;
}

int prior_mix(struct prior *p, int term, enum mixing rule, struct err *err)
{
    int n = p->nelement;
    const struct prior_pair *pair = p->term[term].pair;

    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) {
            struct morse m =
                morse_mix(&pair[i * n + i].m, &pair[j * n + j].m, rule);

            if (!morse_allowed(&m))
                return err_set(err, ERR_RANGE,
                               "Yang's rule gives no Morse curve for %s-%s",
                               element_symbol(p->z[i]),
                               element_symbol(p->z[j]));
            prior_set_pair(p, term, i, j, &m);
        }
    return 0;
}
