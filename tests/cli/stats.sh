# Counts by name.
trace decode
trace mixed
trace many
trace damaged
copy decode.tmf decode.mof
try etwire stats decode.etl
try etwire stats --schema decode.tmf --schema decode.mof decode.etl
try etwire stats --sort name --schema decode.tmf --schema decode.mof decode.etl
try etwire stats --sort bytes mixed.etl
try etwire stats --sort=count mixed.etl decode.etl
try etwire stats -o csv mixed.etl
try etwire stats -o json mixed.etl
try_shell 'etwire stats -o json many.etl | head -n 12'
try_shell 'cat mixed.etl | etwire stats --sort name -'
try etwire stats -O stats.txt mixed.etl
try_shell 'head -n 2 stats.txt'
try etwire stats damaged.etl
try etwire stats nothing.etl
try etwire stats --sort size mixed.etl
try etwire stats --schema nothing mixed.etl
