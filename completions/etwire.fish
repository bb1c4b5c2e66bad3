# SPDX-License-Identifier: MIT
# Completion of etwire's commands and options for fish.

set -l commands info dump stats check buffers forward schema
set -l first "not __fish_seen_subcommand_from $commands"
set -l some "__fish_seen_subcommand_from $commands; and not __fish_seen_subcommand_from import"
set -l dump "__fish_seen_subcommand_from dump"
set -l stats "__fish_seen_subcommand_from stats"
set -l plain "__fish_seen_subcommand_from info check buffers; and not __fish_seen_subcommand_from schema"
set -l schemas import list show export check
set -l schema "__fish_seen_subcommand_from schema; and not __fish_seen_subcommand_from $schemas"
set -l in_schema "__fish_seen_subcommand_from schema; and __fish_seen_subcommand_from"

complete -c etwire -n $first -f -a info -d 'describe a trace: header, buffers, counts of events'
complete -c etwire -n $first -f -a dump -d 'show events in time order'
complete -c etwire -n $first -f -a stats -d 'count events and bytes by provider and event'
complete -c etwire -n $first -f -a check -d 'say what is wrong with a trace, and where'
complete -c etwire -n $first -f -a buffers -d 'list the buffers of a trace'
complete -c etwire -n $first -f -a forward -d 'write a trace\'s raw buffers to a pipe'
complete -c etwire -n $first -f -a schema -d 'look after the metadata that events are decoded by'
complete -c etwire -n $first -f -l version -d 'show the version and exit'
complete -c etwire -s h -l help -f -d 'show help and exit'

complete -c etwire -n $some -s O -l output-file -r -d 'write to a file'
complete -c etwire -n $plain -s o -l output -x -a 'text json' -d 'format'

complete -c etwire -n $stats -s o -l output -x -a 'text csv json' -d 'format'
complete -c etwire -n $stats -l sort -x -a 'count bytes name' -d 'the order'
complete -c etwire -n $stats -l schema -r -d 'take metadata from a store, file or folder'

complete -c etwire -n $schema -f -a import -d 'read metadata into a store'
complete -c etwire -n $schema -f -a list -d 'list the providers that there is metadata of'
complete -c etwire -n $schema -f -a show -d 'show a provider\'s events and their fields'
complete -c etwire -n $schema -f -a export -d 'write metadata as a manifest, or as JSON'
complete -c etwire -n $schema -f -a check -d 'say what is wrong with files of metadata'
complete -c etwire -n "$in_schema import" -s o -l output -r -d 'the store'
complete -c etwire -n "$in_schema import" -l anew -d 'replace the store'
complete -c etwire -n "$in_schema list show" -s o -l output -x -a 'text json' -d 'format'
complete -c etwire -n "$in_schema export" -s o -l output -x -a 'manifest json' -d 'format'
complete -c etwire -n "$in_schema list export" -l provider -x -d 'only this provider'

complete -c etwire -n $dump -s o -l output -x -a 'text json csv xml digest null' -d 'format'
complete -c etwire -n $dump -l color -x -a 'auto always never' -d 'when to use colour'
complete -c etwire -n $dump -l schema -r -d 'take metadata from a store, file or folder'
complete -c etwire -n $dump -l fields -x -d 'show only these'
complete -c etwire -n $dump -l where -x -d 'only where this holds'
complete -c etwire -n $dump -l message -d 'show the events\' messages'
complete -c etwire -n $dump -l maps -x -a 'text both number' -d 'how JSON shows values with names'
complete -c etwire -n $dump -s j -l jobs -x -d 'decode on so many threads'
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
