#!/bin/sh
# The reader against the conformance corpus, where it is there.
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

corpus=$TOP/../shared/corpus/extxyz
if ! test -e "$corpus/run_corpus.py" || ! command -v python3 >python; then
    skip 'the corpus: no python3, or no ../shared/corpus'
    finish
    exit
fi

# AddressSanitizer maps more memory than the corpus allows.
memory=256
! grep -q __asan_init "$(command -v merge-db)" || memory=0

# One expectation of the corpus is not met, and shall not be: it has the word
# `true` in a column of booleans read as false.
expect 1 'the corpus, but for one file' \
    "python3 $corpus/run_corpus.py --memory=$memory \
    --dump 'merge-db --format=json {in}' \
    --tool 'merge-db {in}' $corpus/public"
mv out result
tail -3 result | sed 's/^/# /'
expect 0 'which is bool-column-words.xyz' \
    'grep -q "^NOT OK valid/bool-column-words.xyz" result'
expect 0 'alone' 'grep -q " passed, 1 failed" result'

finish
