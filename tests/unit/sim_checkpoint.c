#include "suites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <morsel/sim.h>

#include "sim_suite.h"

/* Three atoms of argon, with springs between them that are not harmonic. */
static struct atoms trimer(void)
{
    struct atoms a;

    atoms_init(&a, 3);
    for (int i = 0; i < 3; i++) {
        a.z[i] = 18;
        a.pos[i][i] = 3;
    }
    return a;
}

static void forces_of(const struct atoms *a, double (*f)[3])
{
    memset(f, 0, 3 * sizeof *f);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < i; j++) {
            double d[3], r;
            for (int k = 0; k < 3; k++)
                d[k] = a->pos[i][k] - a->pos[j][k];
            r = norm3(d);
            for (int k = 0; k < 3; k++) {
                f[i][k] -= sinh(r - 3.3) * d[k] / r;
                f[j][k] += sinh(r - 3.3) * d[k] / r;
            }
        }
}

static void go(struct relax *r, struct atoms *a, int steps)
{
    double f[3][3];
    struct err err;

    for (int i = 0; i < steps; i++) {
        forces_of(a, f);
        ck_assert_int_eq(relax_step(r, a, f, &err), 0);
    }
}

/* After _i / 3 steps; of lbfgs also when its ring has gone round. */
START_TEST(methods_go_on_to_the_bit)
{
    enum relax_method method = _i % 3;
    int steps = _i / 3 == 3 ? 2 * 57 : _i / 3;
    struct relax *r = relax_new(method, 3, 0.05);
    struct relax *s = relax_new(method, 3, 0.05);
    struct atoms a = trimer(), b;
    struct bin bin;
    struct err err;

    go(r, &a, steps);
    bin_init(&bin, "test", 1);
    bin.at = bin.size;
    relax_put(r, &bin);
    atoms_copy(&b, &a);
    ck_assert_int_eq(relax_get(s, &b, &bin, &err), 0);
    ck_assert_int_eq(checkpoint_end(&bin, "test", &err), 0);
    go(r, &a, 5);
    go(s, &b, 5);
    ck_assert_mem_eq(a.pos, b.pos, 3 * sizeof *a.pos);
    bin_release(&bin);
    relax_free(r);
    relax_free(s);
    atoms_release(&a);
    atoms_release(&b);
}
END_TEST

static void refuse(const struct bin *bin, enum relax_method method,
                   const struct atoms *a, const char *why)
{
    struct relax *r = relax_new(method, 3, 0.05);
    struct bin copy = *bin;
    struct err err;

    ck_assert_int_eq(relax_get(r, a, &copy, &err), ERR_FORMAT);
    ck_assert_str_eq(err.msg, why);
    relax_free(r);
}

START_TEST(methods_know_their_own)
{
    struct relax *r = relax_new(RELAX_LBFGS, 3, 0.05);
    bool move[3][3] = {{true}};
    struct atoms a = trimer();
    struct bin bin;

    go(r, &a, 2);
    bin_init(&bin, "test", 1);
    bin.at = bin.size;
    relax_put(r, &bin);
    refuse(&bin, RELAX_BFGS, &a, "it is of the method lbfgs, not bfgs");
    a.move = move;
    refuse(&bin, RELAX_LBFGS, &a, "it is of other free coordinates");
    bin.at = bin.size;
    refuse(&bin, RELAX_LBFGS, &a, "there is no relaxation in it");
    a.move = NULL;
    bin_release(&bin);
    relax_free(r);
    atoms_release(&a);
}
END_TEST

START_TEST(frames_come_back_to_the_bit)
{
    struct atoms a = trimer();
    struct frame f, g;
    struct bin bin;
    struct err err;

    a.pos[0][0] = 1.0 / 3;
    a.pos[1][0] = 1.0 / 3 + 1e-3; /* what no reader of files would take */
    a.pos[1][1] = a.pos[1][2] = 0;
    frame_of_atoms(&f, &a);
    frame_set_text(&f, "name", "two words");
    bin_init(&bin, "test", 1);
    bin.at = bin.size;
    ck_assert_int_eq(bin_put_frame(&bin, &f, &err), 0);
    ck_assert_int_eq(bin_get_frame(&bin, &g, &err), 0);
    ck_assert_mem_eq(f.atoms.pos, g.atoms.pos, 3 * sizeof *a.pos);
    ck_assert_str_eq(frame_get_text(&g, "name"), "two words");
    ck_assert_int_eq(bin_get_frame(&bin, &g, &err), ERR_FORMAT);
    bin_release(&bin);
    frame_release(&f);
    frame_release(&g);
    atoms_release(&a);
}
END_TEST

static void put(struct trajectory *t, int from, int to)
{
    struct atoms a = trimer();
    struct frame f;
    struct err err;

    frame_of_atoms(&f, &a);
    for (int i = from; i < to; i++) {
        frame_set_int(&f, "step", i);
        ck_assert_int_eq(trajectory_put(t, &f, &err), 0);
    }
    frame_release(&f);
    atoms_release(&a);
}

/* Marked after three frames, left after five, taken up again for all six. */
START_TEST(a_trajectory_is_taken_up_where_it_was_marked)
{
    char path[] = "/tmp/morsel-XXXXXX", *part;
    int fd = mkstemp(path);
    struct trajectory t;
    struct mark mark;
    struct frames all = {0};
    struct err err;

    ck_assert_int_ge(fd, 0);
    close(fd);
    unlink(path);
    part = xasprintf("%s.part", path);
    ck_assert_int_eq(trajectory_resume(&t, path, false, NULL, &err), 0);
    put(&t, 0, 2);
    ck_assert_int_eq(trajectory_mark(&t, &mark, "checkpoint", &err), 0);
    mark_release(&mark);
    put(&t, 2, 3);
    ck_assert_int_eq(trajectory_mark(&t, &mark, "checkpoint", &err), 0);
    mark.checkpoint = "checkpoint";
    ck_assert_int_eq(mark.count, 3);
    put(&t, 3, 5);
    trajectory_fail(&t);
    ck_assert_int_eq(access(part, F_OK), 0);

    ck_assert_int_eq(trajectory_resume(&t, path, false, &mark, &err), 0);
    put(&t, 3, 6);
    ck_assert_int_eq(trajectory_close(&t, &err), 0);
    ck_assert_int_eq(frames_read(&all, path, &err), 0);
    ck_assert_int_eq(all.n, 6);
    for (int i = 0; i < 6; i++) {
        int step = -1;
        ck_assert(frame_get_int(&all.frame[i], "step", &step));
        ck_assert_int_eq(step, i);
    }

    /* it has ended: there is nothing to go on with */
    ck_assert_int_eq(trajectory_resume(&t, path, false, &mark, &err),
                     ERR_RANGE);
    ck_assert_ptr_nonnull(strstr(err.msg, "is gone"));
    /* something else has its name */
    FILE *f = fopen(part, "w");
    fputs("something else\n", f);
    fclose(f);
    ck_assert_int_eq(trajectory_resume(&t, path, false, &mark, &err),
                     ERR_RANGE);
    ck_assert_ptr_nonnull(strstr(err.msg, "not what the checkpoint knows"));
    unlink(part);
    unlink(path);
    frames_release(&all);
    mark_release(&mark);
    free(part);
}
END_TEST

TCase *sim_checkpoint_tests(void)
{
    TCase *checkpoint = tcase_create("checkpoint");

    tcase_add_loop_test(checkpoint, methods_go_on_to_the_bit, 0, 12);
    tcase_add_test(checkpoint, methods_know_their_own);
    tcase_add_test(checkpoint, frames_come_back_to_the_bit);
    tcase_add_test(checkpoint, a_trajectory_is_taken_up_where_it_was_marked);
    return checkpoint;
}
