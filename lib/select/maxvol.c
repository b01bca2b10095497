#include <morsel/select.h>

#include <stdlib.h>

void maxvol_init(struct maxvol *m, const double *x, int nrow, int r, double eps)
{
    *m = (struct maxvol){.nrow = nrow, .r = r};
    m->b = xcalloc((size_t)nrow * r, sizeof *m->b);
    m->row = xcalloc((size_t)r, sizeof *m->row);
    for (size_t i = 0; i < (size_t)nrow * r; i++)
        m->b[i] = x[i] / eps;
    for (int j = 0; j < r; j++)
        m->row[j] = -1;
}

void maxvol_release(struct maxvol *m)
{
    free(m->b);
    free(m->row);
    *m = (struct maxvol){0};
}

double maxvol_grade(const struct maxvol *m, int i, int *j)
{
    const double *b = m->b + (size_t)i * m->r;
    int largest = 0;

    for (int k = 1; k < m->r; k++)
        if (fabs(b[k]) > fabs(b[largest]))
            largest = k;
    if (j)
        *j = largest;
    return fabs(b[largest]);
}

/*
 * Row i of x becomes row j of A: A <- A + e_j (x_i - a_j), and so by the
 * formula of Sherman and Morrison
 *
 *     b_k <- b_k - b_kj (b_i - e_j) / b_ij
 */
static void exchange(struct maxvol *m, int i, int j)
{
    double *change = xcalloc((size_t)m->r, sizeof *change);
    double pivot = m->b[(size_t)i * m->r + j];

    for (int l = 0; l < m->r; l++)
        change[l] = (m->b[(size_t)i * m->r + l] - (l == j)) / pivot;
    for (int k = 0; k < m->nrow; k++) {
        double *b = m->b + (size_t)k * m->r, bj = b[j];

        for (int l = 0; bj != 0 && l < m->r; l++)
            b[l] -= bj * change[l];
    }
    m->row[j] = i;
    free(change);
}

int maxvol_improve(struct maxvol *m, int low, int high, double tol)
{
    for (int n = 0;; n++) {
        double most = 1 + tol;
        int row = -1, column = 0;

        for (int i = low; i < high; i++) {
            int j;
            double grade = maxvol_grade(m, i, &j);

            if (grade > most) {
                most = grade;
                row = i;
                column = j;
            }
        }
        if (row < 0)
            return n;
        exchange(m, row, column);
    }
}
