# if, elif, else and their statuses.
if true; then echo yes; fi
if false; then echo no; else echo else; fi
for n in 1 2 3 4; do
    if [ $n = 1 ]; then echo one
    elif [ $n = 2 ]; then echo two
    elif [ $n = 3 ]
    then echo three
    else echo more
    fi
done
if false; then :; fi; echo $?
if false; then :; elif false; then :; fi; echo $?
if true; then false; fi; echo $?
if ! false; then echo not; fi
if true && false || true; then echo chain; fi
if (exit 3); then :; else echo $?; fi
if x=$(false); then echo no; else echo "status $?"; fi
