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
    kind = event.split("_")[0]  # or else requests of every kind would fail from then on
    return rules + (f'[inject-error]\nstate = "{after}"\nevent = "{event}"\niotype = "{kind}"\n'
                    f'errno = "5"\nonce = "{"on" if once else "off"}"\n')
