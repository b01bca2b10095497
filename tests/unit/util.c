#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suites.h"

START_TEST(numbers_are_taken_whole_or_not_at_all)
{
    static const char *const bad[] = {"",    " 1",  "1 ",   "1x",  "0x10",
                                      "nan", "inf", "1e",   "--1", "1e999",
                                      "1_0", "1,5", "1.5.", "+",   "."};
    double x;
    int i;

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        ck_assert_int_eq(parse_real(bad[k], &x), ERR_FORMAT);
        ck_assert_int_eq(parse_int(bad[k], &i), ERR_FORMAT);
    }
    ck_assert_int_eq(parse_int("1.0", &i), ERR_FORMAT);
    ck_assert_int_eq(parse_int("2147483648", &i), ERR_FORMAT);
    ck_assert_int_eq(parse_int("-2147483648", &i), 0);
    ck_assert_int_eq(i, -2147483647 - 1);
    ck_assert_int_eq(parse_real("-1.25e-3", &x), 0);
    ck_assert(x == -1.25e-3);
}
END_TEST

START_TEST(messages_hold_no_control_sequences)
{
    struct err err;

    err_set(&err, ERR_FORMAT, "element '%s'", "\033]0;C\n\xff");
    ck_assert_str_eq(err.msg, "element '?]0;C?"
                              "?'");
}
END_TEST

/* Check values of the catalogue of parametrised CRC algorithms (CRC-32/ISCSI)
 * and of the FNV reference code (64-bit FNV-1a). */
START_TEST(hashes_have_their_published_values)
{
    ck_assert_uint_eq(crc32c(0, "123456789", 9), 0xe3069283);
    ck_assert_uint_eq(crc32c(crc32c(0, "1234", 4), "56789", 5), 0xe3069283);
    ck_assert(hash_bytes(HASH_START, "", 0) == UINT64_C(0xcbf29ce484222325));
    ck_assert(hash_bytes(HASH_START, "foobar", 6) ==
              UINT64_C(0x85944171f73967e8));
    ck_assert(hash_text(HASH_START, "ab") !=
              hash_text(hash_text(HASH_START, "a"), "b"));
}
END_TEST

START_TEST(random_numbers_are_even_and_repeat)
{
    enum { N = 100000, FACES = 7 };
    int count[FACES] = {0};
    double sum = 0, sum2 = 0, mean = 0;
    struct rng r, s;

    rng_init(&r, 42);
    rng_init(&s, 42);
    for (int i = 0; i < N; i++) {
        double x = rng_normal(&r);

        ck_assert(x == rng_normal(&s));
        sum += x;
        sum2 += x * x;
        mean += rng_uniform(&r) / N;
        rng_uniform(&s);
        count[rng_below(&r, FACES)]++;
        rng_below(&s, FACES);
    }
    /* five standard errors of each estimate */
    ck_near(mean, 0.5, 5 * sqrt(1.0 / 12 / N));
    ck_near(sum / N, 0, 5 * sqrt(1.0 / N));
    ck_near(sum2 / N, 1, 5 * sqrt(2.0 / N));
    for (int k = 0; k < FACES; k++)
        ck_near(count[k], (double)N / FACES, 5 * sqrt((double)N / FACES));
}
END_TEST

static char *in_temporary_folder(const char *name)
{
    static char folder[] = "/tmp/morsel-unit-XXXXXX";
    static bool made;

    if (!made)
        ck_assert_ptr_nonnull(mkdtemp(folder));
    made = true;
    return xasprintf("%s/%s", folder, name);
}

/* A small file of the format "test", version 3. */
static void write_small(const char *path)
{
    static const double x[] = {1.5, -0.0, 1e-310};
    struct err err;
    struct bin b;
    FILE *f = output_open(path, &err);

    ck_assert_ptr_nonnull(f);
    bin_init(&b, "test", 3);
    bin_put_u32(&b, 7);
    bin_put_text(&b, "copper");
    bin_put_u64(&b, 3);
    bin_put_reals(&b, x, 3);
    ck_assert_int_eq(bin_write(&b, f, path, &err), 0);
    ck_assert_int_eq(output_close(f, path, &err), 0);
    bin_release(&b);
}

START_TEST(a_binary_file_comes_back)
{
    char *path = in_temporary_folder("bin"), *s;
    double x[3] = {0};
    struct err err;
    struct bin b;

    write_small(path);
    ck_assert_int_eq(bin_read(&b, path, "test", 3, &err), 0);
    ck_assert_uint_eq(bin_get_u32(&b), 7);
    s = bin_get_text(&b);
    ck_assert_str_eq(s, "copper");
    ck_assert_int_eq(bin_get_count(&b, 3, 8), 3);
    bin_get_reals(&b, x, 3);
    ck_assert(x[0] == 1.5 && x[1] == 0 && signbit(x[1]) && x[2] == 1e-310);
    ck_assert(!b.bad && b.at == b.size);
    bin_get_u32(&b);
    ck_assert(b.bad);
    bin_release(&b);

    ck_assert_int_eq(bin_read(&b, path, "test", 4, &err), ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.msg, "version 3, this program knows 4"));
    ck_assert_int_eq(bin_read(&b, path, "model", 3, &err), ERR_FORMAT);
    free(s);
    free(path);
}
END_TEST

static size_t slurp(const char *path, unsigned char *data, size_t room)
{
    FILE *f = fopen(path, "r");
    size_t n;

    ck_assert_ptr_nonnull(f);
    n = fread(data, 1, room, f);
    fclose(f);
    return n;
}

static void spill(const char *path, const unsigned char *data, size_t n)
{
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(data, 1, n, f), n);
    fclose(f);
}

START_TEST(a_damaged_binary_file_is_refused)
{
    char *path = in_temporary_folder("bin"), *bad = in_temporary_folder("bad");
    unsigned char data[256];
    struct err err;
    struct bin b;
    size_t n;

    write_small(path);
    n = slurp(path, data, sizeof data);
    for (size_t i = 0; i < n; i++) {
        spill(bad, data, i); /* every prefix */
        ck_assert_int_eq(bin_read(&b, bad, "test", 3, &err), ERR_FORMAT);
        for (int bit = 0; bit < 8; bit++) { /* every flip */
            data[i] ^= (unsigned char)(1 << bit);
            spill(bad, data, n);
            ck_assert_int_eq(bin_read(&b, bad, "test", 3, &err), ERR_FORMAT);
            data[i] ^= (unsigned char)(1 << bit);
        }
    }
    free(path);
    free(bad);
}
END_TEST

START_TEST(a_count_beyond_the_file_is_bad)
{
    struct bin b;

    bin_init(&b, "test", 1);
    b.at = b.size;
    bin_put_u64(&b, 3);
    bin_put_u64(&b, 0);
    ck_assert_int_eq(bin_get_count(&b, 100, 8), 0); /* 3 x 8 > 8 bytes left */
    ck_assert(b.bad);
    bin_release(&b);
}
END_TEST

START_TEST(an_output_has_its_name_only_when_it_is_whole)
{
    char *path = in_temporary_folder("out"), *part = xasprintf("%s.part", path);
    struct err err;
    FILE *f = output_open(path, &err);

    ck_assert_ptr_nonnull(f);
    fputs("half", f);
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(access(part, F_OK), 0);
    output_discard(f, path);
    ck_assert_int_eq(access(part, F_OK), -1);

    f = output_open(path, &err);
    fputs("whole", f);
    ck_assert_int_eq(output_close(f, path, &err), 0);
    ck_assert_int_eq(access(path, F_OK), 0);
    ck_assert_int_eq(access(part, F_OK), -1);
    free(path);
    free(part);
}
END_TEST

START_TEST(an_unfinished_output_can_be_gone_on_with)
{
    char *path = in_temporary_folder("log"), line[16] = "";
    struct err err;
    FILE *f = output_resume(path, &err);

    ck_assert_ptr_nonnull(f);
    fputs("one\ntw", f);
    ck_assert_int_eq(output_sync(f, path, &err), 0);
    fclose(f); /* killed here */

    f = output_resume(path, &err);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, f));
    ck_assert_str_eq(line, "one\n");
    ck_assert_int_eq(output_cut(f, path, 4, &err), 0);
    fputs("two\n", f);
    ck_assert_int_eq(output_close(f, path, &err), 0);
    f = fopen(path, "r");
    ck_assert_uint_eq(fread(line, 1, sizeof line, f), 8);
    fclose(f);
    ck_assert(memcmp(line, "one\ntwo\n", 8) == 0);
    free(path);
}
END_TEST

START_TEST(lines_come_without_their_ends)
{
    struct text t = text_of("t", "one\r\n two  3 4.5\n\nlast");
    struct err err;
    double x;
    int i;

    ck_assert_int_eq(text_next(&t, &err), 1);
    ck_assert_str_eq(t.buf, "one");
    ck_assert_int_eq(text_next(&t, &err), 1);
    ck_assert_str_eq(text_word(&t), "two");
    ck_assert_int_eq(text_int(&t, &i), 0);
    ck_assert_int_eq(text_real(&t, &x), 0);
    ck_assert(i == 3 && x == 4.5);
    ck_assert_ptr_null(text_word(&t));
    ck_assert_int_eq(text_next(&t, &err), 1);
    ck_assert_uint_eq(t.len, 0);
    ck_assert_int_eq(text_next(&t, &err), 1);
    ck_assert(!t.newline);
    ck_assert_int_eq(text_bad(&t, &err, "no %s", "end"), ERR_FORMAT);
    ck_assert_str_eq(err.msg, "t:4: no end");
    ck_assert_int_eq(text_next(&t, &err), 0);
    text_close(&t);
}
END_TEST

Suite *util_suite(void)
{
    Suite *s = suite_create("util");
    TCase *tc = tcase_create("util");

    tcase_add_test(tc, numbers_are_taken_whole_or_not_at_all);
    tcase_add_test(tc, messages_hold_no_control_sequences);
    tcase_add_test(tc, hashes_have_their_published_values);
    tcase_add_test(tc, random_numbers_are_even_and_repeat);
    tcase_add_test(tc, a_binary_file_comes_back);
    tcase_add_test(tc, a_damaged_binary_file_is_refused);
    tcase_add_test(tc, a_count_beyond_the_file_is_bad);
    tcase_add_test(tc, an_output_has_its_name_only_when_it_is_whole);
    tcase_add_test(tc, an_unfinished_output_can_be_gone_on_with);
    tcase_add_test(tc, lines_come_without_their_ends);
    suite_add_tcase(s, tc);
    return s;
}
