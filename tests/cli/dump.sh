# The forms in which events are shown.
trace mixed
trace other

try etwire dump mixed.etl
try etwire dump --payload mixed.etl
try etwire dump --raw-time mixed.etl
try_shell 'etwire dump --color always mixed.etl 2>&1 | tr "\033" "#"'
try_shell 'NO_COLOR=1 etwire dump --color=always --limit 1 mixed.etl 2>&1 | tr "\033" "#"'
try etwire dump --color auto --limit 1 mixed.etl
try etwire dump --color never --limit 1 mixed.etl

try etwire dump -o json mixed.etl
try etwire dump --output=json --payload mixed.etl
try etwire dump -o json --raw-time --limit 2 mixed.etl
try etwire dump -o digest mixed.etl
try etwire dump -odigest --limit 0 mixed.etl
try etwire dump -o null mixed.etl

try etwire dump --limit 3 -- mixed.etl
try etwire dump mixed.etl --limit 1

# Several files are merged into one order.
try etwire dump mixed.etl other.etl
try etwire dump other.etl mixed.etl
try etwire dump -o digest other.etl mixed.etl
try etwire dump --raw-time other.etl mixed.etl
