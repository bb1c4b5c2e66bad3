# SPDX-License-Identifier: MIT
# Completion of etwire's commands and options for bash.

_etwire_values() {
    case $1 in
    --output=* | --output | -o) echo "$2" ;;
    --color=* | --color) echo auto always never ;;
    --maps) echo text both number ;;
    --sort) echo count bytes name ;;
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

    if [ "${COMP_WORDS[1]}" = schema ] && [ "$COMP_CWORD" -eq 2 ]; then
        COMPREPLY=($(compgen -W 'import list show export check' -- "$word"))
        return
    fi

    case ${COMP_WORDS[1]} in
    info | check | buffers) options="--output -o $common" ;;
    forward) options=$common ;;
    stats)
        options="--output -o --sort --schema $common"
        formats='text csv json'
        ;;
    schema)
        case ${COMP_WORDS[2]} in
        import) options='--output -o --anew --help -h' formats= ;;
        list) options="--output -o --provider $common" ;;
        show) options="--output -o $common" ;;
        export) options="--output -o --provider $common" formats='manifest json' ;;
        check) options=$common ;;
        esac
        ;;
    dump)
        options="--output -o --color --schema --fields --where --message --maps --jobs -j
            --payload --raw-time --provider --id --opcode --level --keyword --pid --tid
            --processor --start --end --limit --hold $common"
        formats='text json csv xml digest null'
        ;;
    esac

    # bash makes --name=value three words.
    if [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    elif [ "$word" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 1]}
        word=
    fi

    # A store is a file.
    case $before in
    --output | -o) [ -n "$formats" ] || before= ;;
    esac

    case $before in
    --output | -o | --color | --maps | --sort)
        COMPREPLY=($(compgen -W "$(_etwire_values "$before" "$formats")" -- "$word"))
        return
        ;;
    --provider | --id | --opcode | --level | --keyword | --pid | --tid | --processor | --start | \
        --end | --limit | --hold | --fields | --where | --jobs | -j)
        return
        ;;
    esac

    case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
}

complete -o filenames -F _etwire etwire
