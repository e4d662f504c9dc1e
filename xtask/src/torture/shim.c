// Lets one call to the file system fail, stand for a crash, or be the first of a disk that is full from then on. Loaded
// before the C library (LD_PRELOAD); DSS_FAULT says which call, and what becomes of it:
//
//     count FILE            nothing fails; the number of calls is written to FILE when the process ends
//     N fail ERRNO          the Nth call fails
//     N from ERRNO          the Nth call and every later one that needs room or a right to write fails
//     N short               the Nth call, if it writes, writes half
//     N kill                the process dies before the Nth call
//     N after               the process dies after it
//     N torn                the process dies in the middle of it: half is written
//     N vanish              the Nth file that is opened for reading is not there any more
//
// Standard input, output and error are left alone: they are no part of a store.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long calls, at;
static int code, is_from, is_short, is_kill, is_after, is_torn, is_vanish;
static const char *counter;

__attribute__((constructor)) static void begin(void) {
    const char *fault = getenv("DSS_FAULT");
    char what[16] = "";
    if (!fault) return;
    if (!strncmp(fault, "count ", 6)) { counter = fault + 6; return; }
    if (sscanf(fault, "%ld %15s %d", &at, what, &code) < 2) return;
    is_from = !strcmp(what, "from");
    is_short = !strcmp(what, "short");
    is_kill = !strcmp(what, "kill");
    is_after = !strcmp(what, "after");
    is_torn = !strcmp(what, "torn");
    is_vanish = !strcmp(what, "vanish");
    if (is_vanish) code = ENOENT;
}

__attribute__((destructor)) static void end(void) {
    if (!counter) return;
    FILE *file = fopen(counter, "w");
    if (file) { fprintf(file, "%ld\n", calls); fclose(file); }
}

static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

enum verdict { GO, FAIL, HALF, HALF_THEN_DIE, GO_THEN_DIE };

// What becomes of the next call. `needs`: it takes room or a right to write, so that a full disk refuses it.
static enum verdict next(int needs) {
    if (is_vanish) return GO;
    long now = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    if (!at || now < at) return GO;
    if (is_from) return needs ? FAIL : GO;
    if (now > at) return GO;
    if (is_kill) die();
    if (is_after) return GO_THEN_DIE;
    if (is_torn) return HALF_THEN_DIE;
    return is_short ? HALF : FAIL;
}

static int told(void) { errno = code; return -1; }

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// A call that does all or nothing.
#define WHOLE(needs, call)                                                                                             \
    enum verdict verdict = next(needs);                                                                                \
    if (verdict == FAIL) return told();                                                                                \
    if (verdict == HALF_THEN_DIE) die();                                                                               \
    int done = (call);                                                                                                 \
    if (verdict == GO_THEN_DIE) die();                                                                                 \
    return done;

// A call that can write a part.
#define PART(length, call_of_length)                                                                                   \
    enum verdict verdict = next(1);                                                                                    \
    if (verdict == FAIL) return told();                                                                                \
    size_t wanted = (verdict == HALF || verdict == HALF_THEN_DIE) && (length) > 1 ? (length) / 2 : (length);            \
    ssize_t done = call_of_length;                                                                                     \
    if (verdict == GO_THEN_DIE || verdict == HALF_THEN_DIE) die();                                                     \
    return done;

ssize_t write(int fd, const void *from, size_t length) {
    if (fd <= 2) return REAL(write)(fd, from, length);
    PART(length, REAL(write)(fd, from, wanted))
}

ssize_t pwrite(int fd, const void *from, size_t length, off_t place) {
    PART(length, REAL(pwrite)(fd, from, wanted, place))
}

ssize_t pwrite64(int fd, const void *from, size_t length, off64_t place) {
    PART(length, REAL(pwrite64)(fd, from, wanted, place))
}

ssize_t writev(int fd, const struct iovec *from, int count) {
    if (fd <= 2) return REAL(writev)(fd, from, count);
    WHOLE(1, REAL(writev)(fd, from, count))
}

int fsync(int fd) { WHOLE(0, REAL(fsync)(fd)) }
int fdatasync(int fd) { WHOLE(0, REAL(fdatasync)(fd)) }
int ftruncate(int fd, off_t length) { WHOLE(1, REAL(ftruncate)(fd, length)) }
int ftruncate64(int fd, off64_t length) { WHOLE(1, REAL(ftruncate64)(fd, length)) }
int posix_fallocate(int fd, off_t from, off_t length) {
    if (next(1) == FAIL) return code;
    return REAL(posix_fallocate)(fd, from, length);
}
int rename(const char *from, const char *to) { WHOLE(1, REAL(rename)(from, to)) }
int renameat(int a, const char *from, int b, const char *to) { WHOLE(1, REAL(renameat)(a, from, b, to)) }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
    WHOLE(1, REAL(renameat2)(a, from, b, to, flags))
}
int link(const char *from, const char *to) { WHOLE(1, REAL(link)(from, to)) }
int linkat(int a, const char *from, int b, const char *to, int flags) {
    WHOLE(1, REAL(linkat)(a, from, b, to, flags))
}
int unlink(const char *path) { WHOLE(0, REAL(unlink)(path)) }
int unlinkat(int fd, const char *path, int flags) { WHOLE(0, REAL(unlinkat)(fd, path, flags)) }
int rmdir(const char *path) { WHOLE(0, REAL(rmdir)(path)) }
int mkdir(const char *path, mode_t mode) { WHOLE(1, REAL(mkdir)(path, mode)) }
int fchmod(int fd, mode_t mode) { WHOLE(0, REAL(fchmod)(fd, mode)) }

static int has_vanished(int flags) {
    if (!is_vanish || (flags & (O_WRONLY | O_RDWR | O_DIRECTORY | O_TMPFILE))) return 0;
    return __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST) == at;
}

// Opening takes a right, and, where it creates, room. What the system reads for itself is no concern of ours.
static int is_ours(const char *path) {
    return strncmp(path, "/proc", 5) && strncmp(path, "/sys", 4) && strncmp(path, "/dev", 4) && strncmp(path, "/etc", 4) &&
           strncmp(path, "/lib", 4) && strncmp(path, "/usr", 4);
}

#define OPENING(name, call)                                                                                            \
    mode_t mode = 0;                                                                                                   \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); } \
    if (!is_ours(path)) return call;                                                                                   \
    if (has_vanished(flags)) return told();                                                                                  \
    WHOLE((flags & (O_WRONLY | O_RDWR)) != 0, call)

int open(const char *path, int flags, ...) { OPENING(open, REAL(open)(path, flags, mode)) }
int open64(const char *path, int flags, ...) { OPENING(open64, REAL(open64)(path, flags, mode)) }
int openat(int fd, const char *path, int flags, ...) { OPENING(openat, REAL(openat)(fd, path, flags, mode)) }
int openat64(int fd, const char *path, int flags, ...) { OPENING(openat64, REAL(openat64)(fd, path, flags, mode)) }
