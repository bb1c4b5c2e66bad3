# SPDX-License-Identifier: MIT
# Completion of etwire's commands and options for fish.

set -l commands info dump check buffers forward
set -l first "not __fish_seen_subcommand_from $commands"
set -l some "__fish_seen_subcommand_from $commands"
set -l dump "__fish_seen_subcommand_from dump"
set -l plain "__fish_seen_subcommand_from info check buffers"

complete -c etwire -n $first -f -a info -d 'describe a trace: header, buffers, counts of events'
complete -c etwire -n $first -f -a dump -d 'show events in time order'
complete -c etwire -n $first -f -a check -d 'say what is wrong with a trace, and where'
complete -c etwire -n $first -f -a buffers -d 'list the buffers of a trace'
complete -c etwire -n $first -f -a forward -d 'write a trace\'s raw buffers to a pipe'
complete -c etwire -n $first -f -l version -d 'show the version and exit'
complete -c etwire -s h -l help -f -d 'show help and exit'

complete -c etwire -n $some -s O -l output-file -r -d 'write to a file'
complete -c etwire -n $plain -s o -l output -x -a 'text json' -d 'format'

complete -c etwire -n $dump -s o -l output -x -a 'text json digest null' -d 'format'
complete -c etwire -n $dump -l color -x -a 'auto always never' -d 'when to use colour'
complete -c etwire -n $dump -l payload -d 'show payloads, in hexadecimal'
complete -c etwire -n $dump -l raw-time -d 'order by and show the clock\'s ticks'
complete -c etwire -n $dump -l provider -x -d 'only of these providers'
complete -c etwire -n $dump -l id -x -d 'only with these ids'
complete -c etwire -n $dump -l opcode -x -d 'only with these opcodes'
complete -c etwire -n $dump -l level -x -a '1 2 3 4 5' -d 'only of this level and below'
complete -c etwire -n $dump -l keyword -x -d 'only with any of these keyword bits'
complete -c etwire -n $dump -l pid -x -d 'only of these processes'
complete -c etwire -n $dump -l tid -x -d 'only of these threads'
complete -c etwire -n $dump -l processor -x -d 'only of these processors'
complete -c etwire -n $dump -l start -x -d 'only at or after'
complete -c etwire -n $dump -l end -x -d 'only at or before'
complete -c etwire -n $dump -l limit -x -d 'stop after so many events'
complete -c etwire -n $dump -l hold -x -a '64M 256M 1G' -d 'from pipes: hold back at most'
