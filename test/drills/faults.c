/*
 * Faults of a disk, on demand: a library that is preloaded into Node and lets chosen file operations below one folder fail.
 *
 * FAULT_PLAN names a file of 64-bit numbers that every process maps: the test writes there what is to fail, and reads what
 * happened. As driver and children share it, the k-th operation is the k-th of the whole run. FAULT_ROOT is the folder.
 *
 * Only what Node reaches through libc by name can be met. That is all that our code uses, and `fault-library.test.ts` counts it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* The classes of operations, in the order in which faults.ts names them. */
enum operation { OPEN, CREATE, READ, WRITE, SYNC, RENAME, LINK, MKDIR, UNLINK, LIST, LOOK, CHANGE, OPERATIONS };

/* The plan, as faults.ts lays it out. */
struct plan {
  int64_t classes; /* bit n: operations of class n are counted; 0: nothing is */
  int64_t first;   /* the first one that fails, counted from 1; 0: none */
  int64_t times;   /* how many fail from there on */
  int64_t error;   /* with which errno; 0: a read or write does half of what it was asked */
  int64_t counted; /* operations of these classes so far */
  int64_t failed;  /* those that failed */
  int64_t of[OPERATIONS];
  char last[512]; /* the path of the last one that failed */
};

static struct plan none, *plan = &none;
static char root[512];

/* Descriptors of files below the root, by number. */
enum { DESCRIPTORS = 4096 };
static char *paths[DESCRIPTORS];

__attribute__((constructor)) static void prepare(void) {
  const char *file = getenv("FAULT_PLAN"), *folder = getenv("FAULT_ROOT");
  if (file == NULL || folder == NULL || strlen(folder) >= sizeof root) return;
  strcpy(root, folder);
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR);
  if (descriptor < 0) return;
  void *shared = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (shared != MAP_FAILED) plan = shared;
  syscall(SYS_close, descriptor);
}

static int below_root(const char *path) {
  size_t length = strlen(root);
  return length > 0 && path != NULL && strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

/* Counts an operation; true when it is one that fails. */
static int fails(enum operation operation, const char *path) {
  if (!(plan->classes >> operation & 1)) return 0;
  __sync_add_and_fetch(&plan->of[operation], 1);
  int64_t number = __sync_add_and_fetch(&plan->counted, 1);
  if (plan->first == 0 || number < plan->first || number >= plan->first + plan->times) return 0;
  __sync_add_and_fetch(&plan->failed, 1);
  strncpy(plan->last, path, sizeof plan->last - 1);
  return 1;
}

/* For operations that have no half: true when it fails, with errno set. */
static int refused(enum operation operation, const char *path) {
  if (!below_root(path) || !fails(operation, path) || plan->error == 0) return 0;
  errno = (int)plan->error;
  return 1;
}

/* For operations on descriptors: how many bytes may go, or -1 with errno set. */
static ssize_t allowed(enum operation operation, int descriptor, size_t bytes) {
  if (descriptor < 0 || descriptor >= DESCRIPTORS || paths[descriptor] == NULL || bytes == 0) return (ssize_t)bytes;
  if (!fails(operation, paths[descriptor])) return (ssize_t)bytes;
  if (plan->error == 0) return (ssize_t)(bytes > 1 ? bytes / 2 : bytes);
  errno = (int)plan->error;
  return -1;
}

static int opened(int descriptor, const char *path) {
  if (descriptor < 0 || descriptor >= DESCRIPTORS) return descriptor;
  free(paths[descriptor]);
  paths[descriptor] = below_root(path) ? strdup(path) : NULL;
  return descriptor;
}

/* The function of this name that would have been called without this library. */
#define REAL(result, name, ...)       \
  static result (*real)(__VA_ARGS__); \
  if (real == NULL) real = dlsym(RTLD_NEXT, #name)

static mode_t mode_of(int flags, va_list arguments) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0; }

#define OPEN_LIKE(name)                                                            \
  int name(const char *path, int flags, ...) {                                     \
    REAL(int, name, const char *, int, ...);                                       \
    va_list arguments;                                                             \
    va_start(arguments, flags);                                                    \
    mode_t mode = mode_of(flags, arguments);                                       \
    va_end(arguments);                                                             \
    if (refused((flags & O_ACCMODE) == O_RDONLY ? OPEN : CREATE, path)) return -1; \
    return opened(real(path, flags, mode), path);                                  \
  }
OPEN_LIKE(open)
OPEN_LIKE(open64)

int close(int descriptor) {
  REAL(int, close, int);
  if (descriptor >= 0 && descriptor < DESCRIPTORS && paths[descriptor] != NULL) {
    free(paths[descriptor]);
    paths[descriptor] = NULL;
  }
  return real(descriptor);
}

ssize_t read(int descriptor, void *bytes, size_t count) {
  REAL(ssize_t, read, int, void *, size_t);
  ssize_t some = allowed(READ, descriptor, count);
  return some < 0 ? -1 : real(descriptor, bytes, (size_t)some);
}

ssize_t pread64(int descriptor, void *bytes, size_t count, off64_t offset) {
  REAL(ssize_t, pread64, int, void *, size_t, off64_t);
  ssize_t some = allowed(READ, descriptor, count);
  return some < 0 ? -1 : real(descriptor, bytes, (size_t)some, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  REAL(ssize_t, write, int, const void *, size_t);
  ssize_t some = allowed(WRITE, descriptor, count);
  return some < 0 ? -1 : real(descriptor, bytes, (size_t)some);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
  ssize_t some = allowed(WRITE, descriptor, count);
  return some < 0 ? -1 : real(descriptor, bytes, (size_t)some, offset);
}

#define SYNC_LIKE(name)                                              \
  int name(int descriptor) {                                         \
    REAL(int, name, int);                                            \
    return allowed(SYNC, descriptor, 1) < 0 ? -1 : real(descriptor); \
  }
SYNC_LIKE(fsync)
SYNC_LIKE(fdatasync)

#define TWO_PATHS(name, operation)                       \
  int name(const char *from, const char *to) {           \
    REAL(int, name, const char *, const char *);         \
    return refused(operation, to) ? -1 : real(from, to); \
  }
TWO_PATHS(rename, RENAME)
TWO_PATHS(link, LINK)

#define ONE_PATH(name, operation)                      \
  int name(const char *path) {                         \
    REAL(int, name, const char *);                     \
    return refused(operation, path) ? -1 : real(path); \
  }
ONE_PATH(unlink, UNLINK)
ONE_PATH(remove, UNLINK)
ONE_PATH(rmdir, UNLINK)

/* Removes a whole tree entry by entry; the path is one in an open folder. */
int unlinkat(int folder, const char *name, int flags) {
  REAL(int, unlinkat, int, const char *, int);
  char link[64], path[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  ssize_t length = folder < 0 ? -1 : readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  return refused(UNLINK, name[0] == '/' || length < 0 ? name : path) ? -1 : real(folder, name, flags);
}

#define PATH_AND_MODE(name, operation)                       \
  int name(const char *path, mode_t mode) {                  \
    REAL(int, name, const char *, mode_t);                   \
    return refused(operation, path) ? -1 : real(path, mode); \
  }
PATH_AND_MODE(mkdir, MKDIR)
PATH_AND_MODE(chmod, CHANGE)

int ftruncate64(int descriptor, off64_t length) {
  REAL(int, ftruncate64, int, off64_t);
  return allowed(CHANGE, descriptor, 1) < 0 ? -1 : real(descriptor, length);
}

int scandir64(const char *path, struct dirent64 ***names, int (*filter)(const struct dirent64 *),
              int (*compare)(const struct dirent64 **, const struct dirent64 **)) {
  REAL(int, scandir64, const char *, struct dirent64 ***, int (*)(const struct dirent64 *),
       int (*)(const struct dirent64 **, const struct dirent64 **));
  return refused(LIST, path) ? -1 : real(path, names, filter, compare);
}

int access(const char *path, int mode) {
  REAL(int, access, const char *, int);
  return refused(LOOK, path) ? -1 : real(path, mode);
}

/* libuv asks for `statx` by number. */
long syscall(long number, ...) {
  REAL(long, syscall, long, ...);
  va_list arguments;
  va_start(arguments, number);
  long a = va_arg(arguments, long), b = va_arg(arguments, long), c = va_arg(arguments, long);
  long d = va_arg(arguments, long), e = va_arg(arguments, long), f = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_statx && refused(LOOK, (const char *)b)) return -1;
  return real(number, a, b, c, d, e, f);
}
