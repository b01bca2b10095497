#include "simulate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/neb.h>

double potential_energy(const struct frame *f)
{
    double e;

    if (frame_get_real(f, "ml_energy", &e) ||
        frame_get_real(f, "free_energy", &e) || frame_get_real(f, "energy", &e))
        return e;
    return NAN;
}

/* The frames at the end that are a band: images n - 1, ..., 0 backwards. */
static int count_images(const struct frames *all)
{
    int image = -1, before = -1, n = 0;

    for (int i = all->n - 1; i >= 0 && image != 0; i--, n++) {
        frame_get_int(&all->frame[i], "image", &image);
        if (n > 0 && image != before - 1)
            return 0;
        before = image;
    }
    return image == 0 ? n : 0;
}

/* f [n] become the band b, with energies and forces. */
static int gather(const struct simulate *s, struct frame *f, int n,
                  struct band *b, struct err *err)
{
    const struct atoms **images = xcalloc((size_t)n, sizeof(struct atoms *));
    int ret = 0;

    for (int i = 0; i < n && ret == 0; i++) {
        images[i] = &f[i].atoms;
        if (i > 0)
            ret = in_input(s, &f[i],
                           band_unwrap(images[i - 1], &f[i].atoms, err), err);
    }
    if (ret == 0)
        band_init(b, images, n, n);
    free(images);
    for (int i = 0; i < n && ret == 0; i++) {
        const double *ml = frame_get_column(&f[i], "ml_forces", 3);
        const double *forces = ml ? ml : frame_get_column(&f[i], "forces", 3);

        b->energy[i] = potential_energy(&f[i]);
        if (!forces || isnan(b->energy[i]))
            ret = err_set(err, ERR_FORMAT, "%s:%ld: no energy or no forces",
                          s->input, f[i].line);
        else
            memcpy(band_forces(b, i), forces,
                   (size_t)b->natoms * sizeof *b->forces);
    }
    return ret;
}

int print_band(const struct simulate *s, struct frames *all, FILE *out,
               struct err *err)
{
    int n = count_images(all), step = 0, ret;
    struct band b = {0};
    struct barrier barrier;

    if (n < 3)
        return err_set(err, ERR_FORMAT,
                       "%s: the last frames are not the images 0, 1, 2 ... of "
                       "a band",
                       s->input);
    frame_get_int(&all->frame[all->n - 1], "step", &step);
    ret = gather(s, all->frame + all->n - n, n, &b, err);
    if (ret == 0) {
        band_barrier(&b, &barrier);
        fprintf(out,
                "# band of %d images, step %d\n# barrier %.6f eV at %.4f "
                "angstrom, back %.6f eV\n# image path/A energy/eV\n",
                n, step, barrier.forward, barrier.at, barrier.back);
        for (int i = 0; i < n; i++)
            fprintf(out, "%d %.6f %.6f\n", i, band_path(&b, i),
                    b.energy[i] - b.energy[0]);
    }
    band_release(&b);
    return ret;
}
