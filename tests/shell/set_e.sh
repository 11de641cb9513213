# set -e, and what it does not mind.
sh -c 'set -e; false; echo no'; echo $?
sh -c 'set -e; if false; then :; fi; echo if'; echo $?
sh -c 'set -e; false || true; echo or'; echo $?
sh -c 'set -e; false && true; echo and'; echo $?
sh -c 'set -e; ! true; echo not'; echo $?
sh -c 'set -e; while false; do :; done; echo while'; echo $?
sh -c 'set -e; (exit 3); echo no'; echo $?
sh -c 'set -e; f() { false; echo no; }; f; echo no'; echo $?
sh -c 'set -e; f() { false; echo tested; }; f || echo or; echo end'; echo $?
sh -c 'set -e; true | false; echo no'; echo $?
sh -c 'set -e; false | true; echo pipe'; echo $?
sh -c 'set -e; x=$(false); echo no'; echo $?
sh -c 'set -e; echo $(false) yes; echo on'; echo $?
sh -ec 'false; echo no'; echo $?
sh -c 'set -e; set +e; false; echo off'; echo $?
sh -c 'set -e; { false; echo no; }'; echo $?
sh -c 'set -e; eval false; echo no'; echo $?
sh -c 'set -e; true && false; echo no'; echo $?
