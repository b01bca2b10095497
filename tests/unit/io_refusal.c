#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io_suite.h"
#include "suites.h"

static void expect_refused(const char *s, const char *message)
{
    struct text t = text_of("t", s);
    struct err err = {.msg = ""};
    struct frame f;
    int ret;

    while ((ret = frame_read(&t, &f, &err)) > 0)
        frame_release(&f);
    ck_assert_int_lt(ret, 0);
    ck_assert_str_eq(err.msg, message);
    text_close(&t);
}

END_TEST

#define ROW "\nH 0 0 0\n"
#define CUBE "Lattice=\"4 0 0 0 4 0 0 0 4\" "

START_TEST(bad_frames_are_refused_with_their_line)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"x\n", "t:1: expected the number of atoms: extended XYZ begins so"},
        {"-1\n", "t:1: expected the number of atoms: extended XYZ begins so"},
        {"1 atoms\n",
         "t:1: expected the number of atoms: extended XYZ begins so"},
        {"1.0\n", "t:1: expected the number of atoms: extended XYZ begins so"},
        {"0\n", "t:1: expected 1 to 2147483647 atoms"},
        {"4294967297\n", "t:1: expected 1 to 2147483647 atoms"},
        {"\n1\n", "t:1: expected the number of atoms, got a blank line"},
        {"1\n\nH 0 0 0\n\n1\n",
         "t:4: expected the number of atoms, got a blank line"},
        {"\xef\xbb\xbf"
         "1\n",
         "t:1: expected ASCII, got a byte order mark"},
        {"\x1f\x8b\n", "t:1: expected text, got gzip"},
        {"1", "t:1: the file ends inside a frame"},
        {"2\n\nH 0 0 0\n", "t:3: expected 2 atoms, the file ends after 1"},
        {"2\n\nH 0 0 0\nH 0 0\n", "t:4: expected a row of 4 columns"},
        {"1\n" PROPS "\nH 0 0 0 0\n", "t:3: expected a row of 4 columns"},
        {"1\n" PROPS ":q:R:2147483647" ROW,
         "t:3: expected a row of 2147483651 columns"},
        {"1\n\nD 0 0 0\n", "t:3: species: expected a chemical symbol, got 'D'"},
        {"1\n\n\033[31m 0 0 0\n",
         "t:3: species: expected a chemical symbol, got '?[31m'"},
        {"1\n\nH nan 0 0\n", "t:3: pos: expected a number, got 'nan'"},
        {"1\n\nH 1e999 0 0\n", "t:3: pos: expected a number, got '1e999'"},
        {"1\n\nH 0x1p1 0 0\n", "t:3: pos: expected a number, got '0x1p1'"},
        {"1\n\nH 1e22 0 0\n",
         "t:3: pos: expected a magnitude up to 1e+21, got '1e22'"},
        {"1\n" PROPS ":forces:R:3\nH 0 0 0 2e4 0 0\n",
         "t:3: forces: expected a magnitude up to 10000, got '2e4'"},
        {"1\n" PROPS ":tag:I:1\nH 0 0 0 1.5\n",
         "t:3: tag: expected an integer of 64 bits, got '1.5'"},
        {"1\n" PROPS ":move_mask:L:1\nH 0 0 0 1\n",
         "t:3: move_mask: expected T or F, got '1'"},
        {"1\n" PROPS ":s:S:1\nH 0 0 0 \xff\n",
         "t:3: s: expected ASCII or UTF-8 text, got '?'"},
        {"1\n" PROPS ":Z:I:1\nH 0 0 0 29\n",
         "t:3: expected species and Z to agree, got H and 29"},
        {"1\nProperties=Z:I:1:pos:R:3\n0 0 0 0\n",
         "t:3: Z: expected a number from 1 to 118"},
        {"1\nProperties=species:S:1:pos:R" ROW,
         "t:2: Properties: expected name:type:count, type one of S R I L"},
        {"1\nProperties=species:S:1:pos:R:0" ROW,
         "t:2: Properties: expected a count of columns"},
        {"1\nProperties=species:S:1:pos:R:3x" ROW,
         "t:2: Properties: expected a colon"},
        {"1\n" PROPS ":pos:R:3" ROW,
         "t:2: Properties: expected each column once"},
        {"1\nProperties=pos:R:3" ROW,
         "t:2: Properties: expected species:S:1 or Z:I:1"},
        {"1\nProperties=species:S:1" ROW, "t:2: Properties: expected pos:R:3"},
        {"1\nProperties=species:R:1:pos:R:3" ROW,
         "t:2: Properties: expected species:S:1"},
        {"1\nProperties=Z:S:1:pos:R:3" ROW, "t:2: Properties: expected Z:I:1"},
        {"1\n" PROPS ":move_mask:I:1" ROW,
         "t:2: Properties: expected move_mask:L:1 or :L:3"},
        {"1\n" PROPS ":forces:R:2" ROW, "t:2: Properties: expected forces:R:3"},
        {"1\nProperties=[1, 2]" ROW,
         "t:2: Properties: expected name:type:count"},
        {"1\nproperties=species:S:1:pos:R:3" ROW,
         "t:2: key 'properties': expected it spelled Lattice, pbc, "
         "Properties"},
        {"1\n" PROPS " a=1 a=1" ROW, "t:2: key 'a': expected it once"},
        {"1\n" PROPS " a=" ROW, "t:2: key 'a': expected a value"},
        {"1\n" PROPS " =1" ROW, "t:2: key '': expected a key"},
        {"1\n" PROPS " \"\"=1" ROW,
         "t:2: key '': expected a key of printable characters"},
        {"1\n" PROPS " a\"b\"" ROW,
         "t:2: key 'a': expected '=' or a blank after it"},
        {"1\n" PROPS " a=\"b" ROW, "t:2: key 'a': expected a closing quote"},
        {"1\n" PROPS " a=\"b\\" ROW, "t:2: key 'a': expected a closing quote"},
        {"1\n" PROPS " a={b" ROW, "t:2: key 'a': expected a closing brace"},
        {"1\n" PROPS " a=b=c" ROW,
         "t:2: key 'a': expected a blank after it, or quotes around it"},
        {"1\n" PROPS " a=[1, ]" ROW,
         "t:2: key 'a': expected a value in the array"},
        {"1\n" PROPS " a=[1 2]" ROW,
         "t:2: key 'a': expected a comma or a closing bracket"},
        {"1\n" PROPS " a=[[1], 2]" ROW,
         "t:2: key 'a': expected an opening bracket"},
        {"1\n" PROPS " a=[[1], [2, 3]]" ROW,
         "t:2: key 'a': expected rows of one length"},
        {"1\n" PROPS " a=[\"1\", 2]" ROW,
         "t:2: key 'a': expected values of one type"},
        {"1\n" PROPS " a=\"_JSON [1\"" ROW, "t:2: key 'a': expected JSON"},
        {"1\n" PROPS " a=\"_JSON [01]\"" ROW, "t:2: key 'a': expected JSON"},
        {"1\n" PROPS " a=\"_JSON {1:2}\"" ROW, "t:2: key 'a': expected JSON"},
        {"1\n" PROPS " a=\033x" ROW,
         "t:2: expected a line of ASCII or UTF-8 text"},
        {"1\n<<<<<<< HEAD" ROW, "t:2: expected keys, got a merge conflict"},
        {"1\n" PROPS " energy=nan" ROW, "t:2: energy: expected a number, eV"},
        {"1\n" PROPS " free_energy=T" ROW,
         "t:2: free_energy: expected a number, eV"},
        {"1\n" PROPS " energy=3e6" ROW,
         "t:2: energy: expected eV, at most 2e6 per atom"},
        {"1\nLattice=\"1 2 3\"" ROW, "t:2: Lattice: expected nine numbers"},
        {"1\nLattice=\"1 0 0 0 1 0 1 1 0\"" ROW,
         "t:2: Lattice: expected vectors that span a volume"},
        {"1\nLattice=\"4 0 0 0 4 0 4 4 1e-6\"" ROW,
         "t:2: Lattice: expected vectors that span a volume"},
        {"1\nLattice=\"4 0 0 8 1e-6 0 0 0 0\" pbc=\"T T F\"" ROW,
         "t:2: Lattice: expected vectors that span a volume"},
        {"1\nLattice=\"4 0 0 0 4 0 0 0 1e-160\"" ROW,
         "t:2: Lattice: expected vectors of 0.1 to 1e6 angstrom"},
        {"1\npbc=\"T F F\"" ROW,
         "t:2: expected a Lattice vector for each periodic direction"},
        {"1\n" CUBE "pbc=\"T F\"" ROW, "t:2: pbc: expected three of T and F"},
        {"1\n" CUBE "pbc=\"1 0 2\"" ROW, "t:2: pbc: expected three of T and F"},
        {"1\n" PROPS " stress=\"1 0 0 0 1 0 0 0 1\"" ROW,
         "t:2: stress: expected a Lattice of three vectors with it"},
        {"1\n" CUBE "stress=\"1 2 3 4 5 6 7 8 9\"" ROW,
         "t:2: stress: expected a symmetric matrix of nine numbers"},
        {"1\n" CUBE "stress=\"200 0 0 0 0 0\"" ROW,
         "t:2: stress: expected eV/angstrom^3, at most 100"},
        {"1\n" CUBE "virial=\"1 2 3\"" ROW,
         "t:2: virial: expected a symmetric matrix of nine numbers"},
        {"1\n" CUBE "stress=\"1 1 1 0 0 0\" virial=\"64 64 64 0 0 0\"" ROW,
         "t:2: expected virial = -volume stress"},
        {"2\n\nCu 0 0 0\nCu 0 0 0.6\n",
         "t:1: expected atoms apart, got Cu 2 0.6 angstrom from Cu 1"},
        {"2\n" CUBE "\nCu 0 0 0.1\nCu 4 -4 3.9\n",
         "t:1: expected atoms apart, got Cu 2 0.2 angstrom from Cu 1"},
        {"2\nLattice=\"0 0 0 9 0 0 900.3 9 0\" pbc=\"F T T\"\n"
         "Cu 0 0 400\nCu 0.3 9 400.2\n",
         "t:1: expected atoms apart, got Cu 2 0.2 angstrom from Cu 1"},
        {"1\nLattice=\"0.1 0 0 0.1 1e-6 0 0 0 5\"\nH 0 0 0\n",
         "t:1: the periodic lattice vectors are linearly dependent"},
        {"1\nLattice=\"0.5 0 0 0 9 0 0 0 9\"\nCu 0 0 0\n",
         "t:1: expected atoms apart, got Cu 1 0.5 angstrom from Cu 1, its "
         "image"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refused(cases[i].text, cases[i].message);
}
END_TEST

/* A NUL is a character like any other, and no end. */
START_TEST(a_nul_byte_is_refused)
{
    static const char row[] = "1\n\nH 0 0 0\0 9\n";
    static const char keys[] = "1\na=\0b\nH 0 0 0\n";
    struct text t = {.name = "t"};
    struct err err;
    struct frame f;

    t.f = fmemopen((void *)(uintptr_t)row, sizeof row - 1, "r");
    ck_assert_int_eq(frame_read(&t, &f, &err), ERR_FORMAT);
    ck_assert_str_eq(err.msg, "t:3: pos: expected a number, got '0'");
    text_close(&t);
    t = (struct text){.name = "t"};
    t.f = fmemopen((void *)(uintptr_t)keys, sizeof keys - 1, "r");
    ck_assert_int_eq(frame_read(&t, &f, &err), ERR_FORMAT);
    text_close(&t);
}
END_TEST

/*
 * A file cut anywhere is refused, or gives the frames it holds whole; a cut
 * inside the last number shows as the missing newline.
 */
START_TEST(no_prefix_passes_for_more_than_it_holds)
{
    static const char text[] = "2\n" PROPS ":forces:R:3 energy=-1.25 "
                               "a=\"b c\"\nH 0 0 0 1.5 0 0\nO 0 0 1 -1.5 0 0\n"
                               "1\n" PROPS " energy=-2.5\nH 0 0 0.25\n";
    size_t whole = strlen(text);

    for (size_t n = 1; n <= whole; n++) {
        char *cut = xcalloc(n + 1, 1);
        struct frame f;
        struct err err;
        int ret, frames = 0;
        unsigned odd = 0;

        memcpy(cut, text, n);
        struct text t = text_of("t", cut);
        while ((ret = frame_read(&t, &f, &err)) > 0) {
            frames++;
            odd |= f.odd;
            frame_release(&f);
        }
        text_close(&t);
        bool at_end = strncmp(text + n, "1\n" PROPS, 12) == 0 || n == whole;
        if (at_end)
            ck_assert(ret == 0 && odd == 0);
        else
            ck_assert(ret < 0 || odd == ODD_NO_NEWLINE);
        ck_assert_int_le(frames, n == whole || odd ? 2 : 1);
        free(cut);
    }
}
END_TEST

START_TEST(all_frames_or_none)
{
    static const char text[] = "1\n\nH 0 0 0\n2\n\nH 0 0 0\n";
    char name[] = "/tmp/morsel-XXXXXX";
    FILE *f = fdopen(mkstemp(name), "w");
    struct frames s;
    struct err err;

    fputs(text, f);
    fclose(f);
    ck_assert_int_eq(frames_read(&s, name, &err), ERR_FORMAT);
    ck_assert_int_eq(s.n, 0);
    ck_assert_ptr_null(s.frame);
    remove(name);
    ck_assert_int_eq(frames_read(&s, name, &err), ERR_IO);
}
END_TEST

TCase *io_refusal_tests(void)
{
    TCase *tc = tcase_create("refusal");

    tcase_add_test(tc, bad_frames_are_refused_with_their_line);
    tcase_add_test(tc, a_nul_byte_is_refused);
    tcase_add_test(tc, no_prefix_passes_for_more_than_it_holds);
    tcase_add_test(tc, all_frames_or_none);
    return tc;
}
