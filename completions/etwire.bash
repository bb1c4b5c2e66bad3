# SPDX-License-Identifier: MIT
# Completion of etwire's commands and options for bash.

_etwire_values() {
    case $1 in
    --output=* | --output | -o) echo "$2" ;;
    --color=* | --color) echo auto always never ;;
    --maps=* | --maps) echo text both number ;;
    --sort=* | --sort) echo count bytes name ;;
    esac
}

_etwire() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local common='--output-file --help -O -h'
    local options formats='text json'
    COMPREPLY=()

    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W 'info dump stats check buffers forward schema --help --version' -- "$word"))
        return
    fi

    local command=${COMP_WORDS[1]}
    if [ "$command" = schema ]; then
        if [ "$COMP_CWORD" -eq 2 ]; then
            COMPREPLY=($(compgen -W 'import list show export check' -- "$word"))
            return
        fi
        command=schema-${COMP_WORDS[2]}
    fi

    case $command in
    info | check | buffers) options="--output -o $common" ;;
    forward) options=$common ;;
    dump)
        options="--output -o --color --schema --fields --where --message --maps --payload
            --raw-time --provider --id --opcode --level --keyword --pid --tid --processor --start
            --end --limit --hold $common"
        formats='text json csv xml digest null'
        ;;
    stats)
        options="--output -o --sort --schema $common"
        formats='text csv json'
        ;;
    schema-import) options='--output -o --anew --help -h' formats= ;;
    schema-list) options="--output -o --provider $common" ;;
    schema-show) options="--output -o $common" ;;
    schema-export) options="--output -o --provider $common" formats='manifest json' ;;
    schema-check) options=$common ;;
    esac

    # bash makes --name=value three words.
    if [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    elif [ "$word" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 1]}
        word=
    fi

    case $before in
    --output | -o | --color | --maps | --sort)
        [ -n "$formats" ] || COMPREPLY=($(compgen -f -- "$word")) # a store
        [ -n "$formats" ] || return
        COMPREPLY=($(compgen -W "$(_etwire_values "$before" "$formats")" -- "$word"))
        return
        ;;
    --fields | --where | --provider | --id | --opcode | --level | --keyword | --pid | --tid | --processor | --start | \
        --end | --limit | --hold)
        return
        ;;
    esac

    case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
}

complete -o filenames -F _etwire etwire
