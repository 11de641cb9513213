# Insertion sort with the parameters.
sort_args() {
    sorted=
    for x; do
        new= placed=
        for y in $sorted; do
            if [ -z "$placed" ] && [ $x -lt $y ]; then new="$new $x"; placed=1; fi
            new="$new $y"
        done
        [ -z "$placed" ] && new="$new $x"
        sorted=$new
    done
    echo $sorted
}
sort_args 5 3 9 1 7 1 8; sort_args 1; sort_args; sort_args 2 1
