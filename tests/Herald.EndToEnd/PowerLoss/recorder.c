// A file system that passes every call on to a directory, and records each change and each sync in a log.
//
//   recorder DIRECTORY LOG MOUNTPOINT
//
// It prints "ready" when it is mounted, and unmounts when its standard input ends. It handles one call at a time. A call is recorded after
// it has succeeded and before it is answered. So the log is in the order of the calls, and whoever has the answer of a call finds the call
// in the log. The kernel sends the writes of mapped memory, too. A call that is not implemented here fails, so nothing passes unrecorded.
//
// A record is the struct below, followed by the path, the other path and the data.
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <linux/falloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

enum operation {
    OPEN = 1, CREATE, MAKE_DIRECTORY, UNLINK, REMOVE_DIRECTORY, RENAME, WRITE, TRUNCATE, ALLOCATE, FREE, SYNC, SYNC_DIRECTORY
};

struct record {
    uint32_t operation;
    uint32_t handle; // NO_HANDLE when the file is named by its path.
    int64_t offset;
    int64_t length;
    uint32_t path, other, data; // The lengths of what follows.
    uint32_t unused;
};

#define NO_HANDLE UINT32_MAX

static int directory, log_file;

static const char *below(const char *path) { return path[1] ? path + 1 : "."; }

static void append(enum operation operation, uint32_t handle, int64_t offset, int64_t length, const char *path, const char *other,
    const void *data, size_t size) {
    struct record record = { operation, handle, offset, length, path ? strlen(path) : 0, other ? strlen(other) : 0, size, 0 };
    struct iovec parts[] = {
        { &record, sizeof record }, { (void *)path, record.path }, { (void *)other, record.other }, { (void *)data, size } };
    if (writev(log_file, parts, 4) == (ssize_t)(sizeof record + record.path + record.other + size))
        return;
    // A log with a gap proves nothing. Without this process, every call to the mounted directory fails.
    perror("recorder: the log cannot be written");
    abort();
}

static int look_up(const char *path, struct stat *stat, struct fuse_file_info *file) {
    return (file ? fstat(file->fh, stat) : fstatat(directory, below(path), stat, AT_SYMLINK_NOFOLLOW)) ? -errno : 0;
}

static int make_directory(const char *path, mode_t mode) {
    if (mkdirat(directory, below(path), mode))
        return -errno;
    append(MAKE_DIRECTORY, NO_HANDLE, 0, 0, path, NULL, NULL, 0);
    return 0;
}

static int unlink_file(const char *path) {
    if (unlinkat(directory, below(path), 0))
        return -errno;
    append(UNLINK, NO_HANDLE, 0, 0, path, NULL, NULL, 0);
    return 0;
}

static int remove_directory(const char *path) {
    if (unlinkat(directory, below(path), AT_REMOVEDIR))
        return -errno;
    append(REMOVE_DIRECTORY, NO_HANDLE, 0, 0, path, NULL, NULL, 0);
    return 0;
}

static int rename_file(const char *from, const char *to, unsigned flags) {
    if (flags & ~RENAME_NOREPLACE)
        return -EINVAL;
    if (renameat2(directory, below(from), directory, below(to), flags))
        return -errno;
    append(RENAME, NO_HANDLE, 0, 0, from, to, NULL, 0);
    return 0;
}

static int change_mode(const char *path, mode_t mode, struct fuse_file_info *file) {
    return (file ? fchmod(file->fh, mode) : fchmodat(directory, below(path), mode, 0)) ? -errno : 0;
}

static int change_times(const char *path, const struct timespec times[2], struct fuse_file_info *file) {
    return (file ? futimens(file->fh, times) : utimensat(directory, below(path), times, AT_SYMLINK_NOFOLLOW)) ? -errno : 0;
}

static int truncate_file(const char *path, off_t length, struct fuse_file_info *file) {
    int handle = file ? (int)file->fh : openat(directory, below(path), O_WRONLY | O_CLOEXEC);
    int error = handle < 0 || ftruncate(handle, length) ? errno : 0;
    if (!error)
        append(TRUNCATE, file ? (uint32_t)handle : NO_HANDLE, 0, length, file ? NULL : path, NULL, NULL, 0);
    if (!file && handle >= 0)
        close(handle);
    return -error;
}

static int take_handle(int handle, const char *path, struct fuse_file_info *file) {
    file->fh = handle;
    append(OPEN, handle, 0, 0, path, NULL, NULL, 0);
    return 0;
}

static int open_file(const char *path, struct fuse_file_info *file) {
    // The kernel reads a page before it changes a part of it, and it has computed the offsets of appended data.
    int writes = (file->flags & O_ACCMODE) != O_RDONLY;
    int handle = openat(directory, below(path), (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    return handle < 0 ? -errno : take_handle(handle, path, file);
}

static int create_file(const char *path, mode_t mode, struct fuse_file_info *file) {
    int handle = openat(directory, below(path), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (handle < 0)
        return -errno;
    append(CREATE, NO_HANDLE, 0, 0, path, NULL, NULL, 0);
    return take_handle(handle, path, file);
}

static int open_directory(const char *path, struct fuse_file_info *file) {
    int handle = openat(directory, below(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return handle < 0 ? -errno : take_handle(handle, path, file);
}

static int read_directory(const char *path, void *into, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *file,
    enum fuse_readdir_flags flags) {
    DIR *entries = fdopendir(openat(file->fh, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!entries)
        return -errno;
    for (struct dirent *entry; (entry = readdir(entries));)
        fill(into, entry->d_name, NULL, 0, 0);
    closedir(entries);
    return 0;
}

static int read_file(const char *path, char *into, size_t size, off_t offset, struct fuse_file_info *file) {
    ssize_t count = pread(file->fh, into, size, offset);
    return count < 0 ? -errno : (int)count;
}

static int write_file(const char *path, const char *from, size_t size, off_t offset, struct fuse_file_info *file) {
    ssize_t count = pwrite(file->fh, from, size, offset);
    if (count < 0)
        return -errno;
    append(WRITE, file->fh, offset, count, NULL, NULL, from, count);
    return (int)count;
}

static int allocate(const char *path, int mode, off_t offset, off_t length, struct fuse_file_info *file) {
    if (mode != 0 && mode != (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE))
        return -EOPNOTSUPP;
    if (fallocate(file->fh, mode, offset, length))
        return -errno;
    append(mode ? FREE : ALLOCATE, file->fh, offset, length, NULL, NULL, NULL, 0);
    return 0;
}

// Nothing is synced in truth: what a loss of power leaves is computed from the log.
static int sync_file(const char *path, int data_only, struct fuse_file_info *file) {
    append(SYNC, file->fh, 0, 0, NULL, NULL, NULL, 0);
    return 0;
}

static int sync_directory(const char *path, int data_only, struct fuse_file_info *file) {
    append(SYNC_DIRECTORY, file->fh, 0, 0, NULL, NULL, NULL, 0);
    return 0;
}

static int close_handle(const char *path, struct fuse_file_info *file) {
    close(file->fh);
    return 0;
}

static int measure(const char *path, struct statvfs *into) { return fstatvfs(directory, into) ? -errno : 0; }

static void *end_with_input(void *unused) {
    char ignored;
    while (read(0, &ignored, 1) > 0)
        ;
    kill(getpid(), SIGTERM);
    return NULL;
}

static void *begin(struct fuse_conn_info *connection, struct fuse_config *config) {
    // Open files are known by their handle. An unlinked file is unlinked at once, not renamed until it is closed.
    config->nullpath_ok = 1;
    config->hard_remove = 1;
    // The thread that waits for the end must not catch the signal that ends the loop of the other one.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    if (pthread_create(&thread, NULL, end_with_input, NULL))
        abort();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    puts("ready");
    fflush(stdout);
    return NULL;
}

static const struct fuse_operations operations = {
    .init = begin, .getattr = look_up, .mkdir = make_directory, .unlink = unlink_file, .rmdir = remove_directory,
    .rename = rename_file, .chmod = change_mode, .utimens = change_times, .truncate = truncate_file, .open = open_file,
    .create = create_file, .opendir = open_directory, .readdir = read_directory, .read = read_file, .write = write_file,
    .fallocate = allocate, .fsync = sync_file, .fsyncdir = sync_directory, .release = close_handle, .releasedir = close_handle,
    .statfs = measure,
};

int main(int count, char **arguments) {
    if (count != 4) {
        fprintf(stderr, "usage: recorder DIRECTORY LOG MOUNTPOINT\n");
        return 2;
    }
    umask(0);
    directory = open(arguments[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    log_file = open(arguments[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (directory < 0 || log_file < 0) {
        perror("recorder");
        return 1;
    }
    char *options[] = { arguments[0], "-f", "-s", "-o", "fsname=herald-recorder", arguments[3], NULL };
    return fuse_main(6, options, &operations, NULL);
}
