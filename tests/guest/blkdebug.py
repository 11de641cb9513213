"""Disks that fail on order: QEMU's blkdebug."""


def attach(m, image, config):
    """Puts the layer that injects errors over the machine's disk."""
    m.command = [w.replace(f"file={image},if=none,format=raw",
                           f"file=blkdebug:{config}:{image},if=none,format=raw") for w in m.command]


def failing(event, after, once=False):
    """blkdebug's rules: requests of one kind work until the `after`-th, which fails; then all do, or
    with `once` none."""
    rules = "".join(f'[set-state]\nstate = "{n}"\nevent = "{event}"\nnew_state = "{n + 1}"\n'
                    for n in range(1, after))
    return rules + inject(event, after, "on" if once else "off")


def inject(event, state, once):
    kind = event.split("_")[0]  # or else requests of every kind would fail
    return (f'[inject-error]\nstate = "{state}"\nevent = "{event}"\niotype = "{kind}"\n'
            f'errno = "5"\nonce = "{once}"\n')


def failing_for_a_while(event, after, times):
    """Rules for a disk of which the `after`-th request fails and so many more, and that works then."""
    return failing(event, after + times, once=True) + "".join(
        inject(event, state, "on") for state in range(after, after + times))
