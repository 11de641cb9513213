# getopts.
o() {
    OPTIND=1
    while getopts ab:c opt "$@"; do
        case $opt in a|c) echo "$opt";; b) echo "b=$OPTARG";; ?) echo "bad";; esac
    done 2>/dev/null
    shift $((OPTIND-1)); echo "rest: $*"
}
o -a x; o -ac y; o -b val z; o -bval z; o -ab v; o -a -- -c; o -x; o -b; o; o plain -a
while getopts :q:r n -r -q; do echo "$n ${OPTARG:-none}"; done
OPTIND=1; while getopts :q:r n -z -q 1; do echo "$n ${OPTARG:-none} $OPTIND"; done
set -- -1 -2 file; OPTIND=1; while getopts 12 x; do echo $x $OPTIND; done; echo $OPTIND $x
