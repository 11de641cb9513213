// mkfs: makes a disk image from files of the host; checks one, says what is in one, takes the files
// out of one.
//
// The image is written by the kernel's own file system, compiled for the host; everything else
// reads it by the format alone.

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mkfs/mkfs.h"

#define DEFAULT_BLOCKS 4096UL

static const char help_text[] =
    "mkfs [--classic] [--blocks N | --size N[K|M|G]] [--device NAME:MAJOR:MINOR]... [--progress]\n"
    "     IMAGE [FILE-OR-FOLDER...]\n"
    "    makes a disk image.  A file goes into its root by its last name, without the '_' with\n"
    "    which the names of built programs begin; of a folder the content goes there, with all\n"
    "    that is below.\n"
    "      --classic     a volume with V6's habits: names of 14 bytes, no holes\n"
    "      --blocks N    so many blocks of 4 KiB: 96 or more (4096)\n"
    "      --size N      the same in bytes; the image takes room on the host as it fills\n"
    "      --device NAME:MAJOR:MINOR   a character device in the root, or in a folder that is "
    "there\n"
    "      --progress    say how far it is, also when standard error is no terminal\n"
    "mkfs --swap [--blocks N | --size N[K|M|G]] IMAGE\n"
    "    makes an image of swap space, for `swapon`.\n"
    "mkfs --check IMAGE\n"
    "    compares everything in an image with everything else; status 1 if anything is wrong.\n"
    "mkfs --dump [--snapshot NAME] IMAGE [PATH]\n"
    "    says in words what is in an image, or what there is about one file.\n"
    "mkfs --extract [--snapshot NAME] IMAGE FOLDER\n"
    "    writes the files of an image, or of a snapshot in it, into a new folder.\n";

// --- ending -----------------------------------------------------------------------------------

static const char *half_made;

void remove_on_failure(const char *path)
{
    half_made = path;
}

_Noreturn void fail(const char *fmt, ...)
{
    va_list ap;
    if (half_made != NULL)
        unlink(half_made);
    fprintf(stderr, "mkfs: ");
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

static _Noreturn void usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static _Noreturn void usage(const char *fmt, ...)
{
    va_list ap;
    fprintf(stderr, "mkfs: ");
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "; `mkfs --help` tells more\n");
    exit(2);
}

static void on_signal(int sig)
{
    if (half_made != NULL)
        unlink(half_made);
    signal(sig, SIG_DFL);
    raise(sig);
}

// --- arguments --------------------------------------------------------------------------------

// A number with an optional unit.  => 0 if it is none
static uint64 parse_number(const char *text, bool units)
{
    char *end;
    if (*text < '0' || *text > '9')
        return 0;
    uint64 n = strtoull(text, &end, 10);
    int shift = 0;
    if (units && *end != '\0') {
        const char *unit = strchr("KMG", *end);
        if (unit == NULL)
            return 0;
        shift = *unit == 'K' ? 10 : *unit == 'M' ? 20 : 30;
        end++;
    }
    return *end != '\0' || n > FS_BLOCKS_MAX * FS_BLOCK >> shift ? 0 : n << shift;
}

static uint64 parse_blocks(const char *text, bool bytes)
{
    uint64 n = parse_number(text, bytes) / (bytes ? FS_BLOCK : 1);
    if (n < FS_BLOCKS_MIN || n > FS_BLOCKS_MAX)
        usage(bytes ? "%s is no size from 384K to 1024G: say one like 64M"
                    : "%s is no number of blocks from 96 to 268435456: say one like 4096",
              text);
    return n;
}

static const struct option long_options[] = {
    { "classic", no_argument, NULL, 'c' },        { "blocks", required_argument, NULL, 'b' },
    { "size", required_argument, NULL, 's' },     { "progress", no_argument, NULL, 'p' },
    { "swap", no_argument, NULL, 'w' },           { "check", no_argument, NULL, 'C' },
    { "dump", no_argument, NULL, 'D' },           { "extract", no_argument, NULL, 'E' },
    { "snapshot", required_argument, NULL, 'S' }, { "device", required_argument, NULL, 'd' },
    { "help", no_argument, NULL, 'h' },           { NULL, 0, NULL, 0 },
};

static void set_command(struct options *o, enum command command)
{
    if (o->command != MAKE && o->command != command)
        usage("--check, --dump, --extract and --swap go one at a time: leave the others out");
    o->command = command;
}

static void add_device(struct options *o, const char *text)
{
    if (o->ndevices == DEVICES_MAX)
        usage("%d devices are the most that can be named: leave %s out", DEVICES_MAX, text);
    o->device[o->ndevices++] = text;
}

static void take_option(struct options *o, int option, char **argv)
{
    switch (option) {
    case 'c': o->classic = true; break;
    case 'b':
    case 's': o->blocks = parse_blocks(optarg, option == 's'); break;
    case 'p': o->progress = true; break;
    case 'd': add_device(o, optarg); break;
    case 'w': set_command(o, SWAP); break;
    case 'C': set_command(o, CHECK); break;
    case 'D': set_command(o, DUMP); break;
    case 'E': set_command(o, EXTRACT); break;
    case 'S': o->snapshot = optarg; break;
    case 'h': fputs(help_text, stdout); exit(0);
    case ':': usage("%s wants a value behind it", argv[optind - 1]);
    default: usage("%s is no option", argv[optind - 1]);
    }
}

// Do the options go together?
static void see_that_it_fits(const struct options *o)
{
    if (o->image == NULL)
        usage("no image is named: say which");
    if (o->command != MAKE && (o->classic || o->progress || o->ndevices > 0))
        usage("--classic, --device and --progress are for making an image: leave them out");
    if (o->command != MAKE && o->command != SWAP && o->blocks > 0)
        usage("--blocks and --size are for making an image: leave them out");
    if (o->snapshot != NULL && o->command != DUMP && o->command != EXTRACT)
        usage("--snapshot goes with --dump and --extract only: leave it out");
    if ((o->command == CHECK || o->command == SWAP) && o->nargs > 0)
        usage("%s takes an image and nothing else: leave %s out",
              o->command == CHECK ? "--check" : "--swap", o->args[0]);
    if (o->command == DUMP && o->nargs > 1)
        usage("--dump takes an image and one path at most: leave %s out", o->args[1]);
    if (o->command == EXTRACT && o->nargs != 1)
        usage("--extract takes an image and one folder: name both");
}

static void parse(struct options *o, int argc, char **argv)
{
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", long_options, NULL)) != -1)
        take_option(o, option, argv);
    if (optind < argc) {
        o->image = argv[optind++];
        o->args = argv + optind;
        o->nargs = argc - optind;
    }
    see_that_it_fits(o);
}

int main(int argc, char **argv)
{
    struct options o = { .command = MAKE };
    parse(&o, argc, argv);
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    signal(SIGHUP, on_signal);
    if (o.blocks == 0)
        o.blocks = DEFAULT_BLOCKS;
    switch (o.command) {
    case CHECK: return check_image(&o);
    case DUMP: return dump_image(&o);
    case EXTRACT: return extract_image(&o);
    case SWAP: return make_swap(&o);
    default: return make_image(&o);
    }
}
