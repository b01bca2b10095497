# The frames of several files in a row, less the last of each but the last file.
# awk -f stretches.awk FILE...

# A frame is written when the next has begun, unless that is of another file.
function flush() {
    printf "%s", frame
    frame = ""
}

left == 0 {
    if (FILENAME == file)
        flush()
    file = FILENAME
    frame = $0 "\n"
    left = $1 + 1
    next
}

{
    frame = frame $0 "\n"
    left--
}

END {
    flush()
}
