# umask.
umask 022; umask; umask 077; umask; umask 27; umask; (umask 0; umask); umask
